import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Variable } from '../../src/config/variable.ts'
import { isSecret, twinName, VARIABLES } from '../../src/config/variables.ts'
import { EXIT_CODES } from '../../src/errors/exit-codes.ts'
import { parseSqlRevision } from '../../src/revisions/file/parse-sql.ts'
import { runPgate } from '../support/cli/cli.ts'
import { pageBlock, README, readmeBlock, readmeTable } from '../support/cli/readme.ts'
import { MAI_MIGRATIONS, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { lastLine } from '../support/docker/docker.ts'
import { ROOT } from '../support/docker/image.ts'

const ALL: readonly Variable[] = VARIABLES
const KNOWN: ReadonlySet<string> = new Set(
  ALL.flatMap((variable) =>
    isSecret(variable) ? [variable.name, twinName(variable.name)] : [variable.name],
  ),
)

/** The words in `code` of a cell. */
function codeIn(cell = ''): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, words]) => words ?? [])
}

describe("README's run", () => {
  it('prints what npm start prints, but for the numbers', async () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const [, args] = /node dist\/pgate\.mjs (.*)$/.exec(scripts.start) ?? []
    const { exitCode, stdout } = await runPgate((args ?? '').split(' '), { cwd: ROOT })
    expect(exitCode).toBe(0)
    expect(masked(stdout)).toBe(masked(readmeBlock('text', 'gate open')))
  })
})

/** Times and versions differ from run to run; ids and counts do not. */
function masked(text: string): string {
  return text
    .replaceAll(/ +[\d.]+m?s {2}/g, ' <time> ')
    .replaceAll(/PostgreSQL [\d.]+/g, '<server>')
}

describe("README's revision", () => {
  const text = readmeBlock('sql', 'pgate: upgrade')
  const id = '7d1e0a9c44b2'

  it('is one that pgate reads, with its two sections', () => {
    expect(parseSqlRevision(text, 'readme.sql')).toMatchObject({
      kind: 'revision',
      revision: { id, revises: ['b83d5e0f6c21'], message: 'Add a nickname' },
    })
  })

  it('is applied on top of the sample schema, and downgraded', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pgate-readme-'))
    try {
      await withRevisionFolder(async (folder) => {
        await folder.write(`20251201_1000_${id}_add_a_nickname.sql`, text)
        const pgate = (...args: readonly string[]) =>
          runPgate([...args, '--embedded', directory, '--log-format', 'pretty'], {
            env: { PGATE_MIGRATIONS: folder.path },
          })
        const up = await pgate('gate')
        expect(up.stdout).toContain(`3 revisions applied, now at ${id}`)
        expect(lastLine(up.stdout)).toMatch(/^gate open \(exit 0\)/)
        expect((await pgate('downgrade', '-1')).exitCode).toBe(0)
        const { stdout } = await pgate('current')
        expect(stdout).toContain('b83d5e0f6c21')
        expect(stdout).not.toContain(id)
      }, MAI_MIGRATIONS)
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})

describe("README's YAML, and the shortest pod", () => {
  const example = parse(readmeBlock('yaml', 'depends_on'))
  const [pod] = parse(pageBlock('docs/kubernetes.md', 'yaml', 'initContainers')).initContainers
  const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'))

  it('shows a compose file and a pod whose every setting pgate knows', () => {
    const names = [
      ...Object.keys(example.services.pgate.environment),
      ...Object.keys(compose.services.pgate.environment),
      ...pod.env.map(({ name }: { readonly name: string }) => name),
    ]
    expect(names.filter((name) => !KNOWN.has(name))).toEqual([])
    expect(names).toContain('DATABASE_URL_FILE')
  })

  it('lets the API start by the success of the gate alone', () => {
    const success = { pgate: { condition: 'service_completed_successfully' } }
    expect(example.services.api.depends_on).toEqual(success)
    expect(compose.services['mai-api'].depends_on).toEqual(success)
    expect(compose.services.pgate.depends_on).toEqual({
      postgres: { condition: 'service_started' },
    })
  })

  it("runs the pod as the image's own user, with no right", () => {
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    })
  })
})

describe("README's tables", () => {
  const calls = readmeTable('Commands').flatMap(([cell]) => codeIn(cell))
  const commands = calls.map((call) => call.replace(/^pgate ?/, '')).filter((call) => call !== '')

  it.each(commands)('name a command that there is: %s', async (call) => {
    const [name = '', ...rest] = call.split(' ')
    const { exitCode, stdout } = await runPgate([name, '--help'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(new RegExp(`^Usage: pgate ${name}\\b`))
    for (const flag of rest.join(' ').match(/--[a-z-]+/g) ?? []) expect(stdout).toContain(flag)
  })

  it('hold every exit code, and say rightly whether to try again', () => {
    const reported = readmeTable('Exit codes').flatMap(([numbers = '', , again = '']) => {
      const answers = again.split(', ')
      return numbers.split(', ').map((number, index) => [Number(number), answers[index] ?? again])
    })
    const words = { true: 'yes', false: 'no', null: '' } as const
    const codes = Object.values(EXIT_CODES)
    expect(reported).toEqual(codes.map(({ number, retriable }) => [number, words[`${retriable}`]]))
  })

  it('name variables that pgate knows, with the defaults that they have', () => {
    const rows = readmeTable('Configuration')
    expect(rows.length).toBeGreaterThan(0)
    for (const [names, standard] of rows) {
      for (const name of codeIn(names)) {
        const variable = ALL.find((each) => each.name === name)
        expect({ name, default: codeIn(standard)[0] }).toEqual({
          name: variable?.name,
          default:
            variable?.default === undefined || standard === '' ? undefined : variable.default,
        })
      }
    }
  })
})

it('README says what a newcomer needs on a screen and a half, before More', () => {
  const [first = ''] = README.split('\n## More\n')
  expect(first.split('\n').length).toBeLessThanOrEqual(80)
})
