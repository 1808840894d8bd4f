import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GateError } from '../../../../src/errors/error.ts'
import { loadRevisions } from '../../../../src/revisions/file/load.ts'
import { endModules } from '../../../../src/revisions/module/guest.ts'
import { CONSTRUCTS, type Construct, revisionText } from '../../../support/typescript/constructs.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const TSX = join(ROOT, 'node_modules/.bin/tsx')
const ORACLE = join(ROOT, 'test/support/typescript/oracle.ts')

interface Outcome {
  readonly given?: readonly unknown[]
  readonly name?: string
  readonly message?: string
  readonly stack?: string
}

let folder = ''
const expected = new Map<Construct, Outcome>()

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'pgate-typescript-')))
  for (const [index, construct] of CONSTRUCTS.entries()) await write(folderOf(index), construct)
  // tsx reads the tsconfig.json of the folder that it runs in alone.
  const alone = CONSTRUCTS.filter(hasConfig)
  const together = CONSTRUCTS.filter((one) => !hasConfig(one))
  for (const group of [together, ...alone.map((one) => [one])]) {
    const files = group.map((one) =>
      join(folderOf(CONSTRUCTS.indexOf(one)), 'migrations/revision.ts'),
    )
    const cwd = group.length === 1 ? join(dirname(files[0] ?? ''), '..') : folder
    const { stdout } = await promisify(execFile)(TSX, [ORACLE, ...files], { cwd })
    const outcomes: readonly Outcome[] = JSON.parse(stdout)
    for (const [index, one] of group.entries()) expected.set(one, outcomes[index] ?? {})
  }
}, 120_000)

afterAll(async () => {
  await endModules()
  await rm(folder, { recursive: true })
})

describe('a revision in TypeScript comes to what it comes to with tsx', () => {
  it.each(CONSTRUCTS.map((one, index) => [one.name, one, folderOf(index)] as const))(
    '%s',
    async (_, construct) => {
      const own = folderOf(CONSTRUCTS.indexOf(construct))
      const outcome = await outcomeOf(own)
      const oracle = expected.get(construct) ?? {}
      if (oracle.given !== undefined) expect(outcome).toEqual({ given: oracle.given })
      else expect(placeOf(outcome, own)).toBe(placeOf(oracle, own))
      // What cannot be loaded is reported in pgate's own words.
      if (outcome.name !== undefined) expect(outcome.message).toBe(oracle.message)
    },
  )
})

function folderOf(index: number): string {
  return join(folder, `c${index}`)
}

function hasConfig({ files = {} }: Construct): boolean {
  return 'tsconfig.json' in files
}

async function write(own: string, construct: Construct): Promise<void> {
  const files = { ...construct.files, 'migrations/revision.ts': revisionText(construct) }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(own, name)), { recursive: true })
    await writeFile(join(own, name), text)
  }
}

async function outcomeOf(own: string): Promise<Outcome> {
  const given: unknown[] = []
  try {
    const { revisions } = await loadRevisions(join(own, 'migrations'))
    const body = revisions.get('aaa')?.upgrade
    if (body?.kind !== 'module') throw new Error('there is no module')
    await body.run({
      query: async (_, values = []) => {
        given.push(...values)
        return { rows: [], rowCount: 0 }
      },
    })
    return { given }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error instanceof GateError) return { message: error.message, stack: '' }
    return { name: error.name, message: error.message, stack: error.stack ?? '' }
  }
}

/** Where it failed: file, line and column; the first place in the folder that is named. */
function placeOf({ message = '', stack = '' }: Outcome, own: string): string {
  const place = new RegExp(`${own}/([^:?\\s]+)(?:\\?[^:]*)?:(\\d+):(\\d+)(: ERROR)?`)
  const [, file, line, column, isFromZero] = place.exec(`${stack}\n${message}`) ?? []
  if (file === undefined) return 'nowhere'
  return `${file}:${line}:${Number(column) + (isFromZero === undefined ? 0 : 1)}`
}
