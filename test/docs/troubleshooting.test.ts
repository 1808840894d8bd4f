import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXIT_CODES } from '../../src/errors/exit-codes.ts'
import { FAILURES, type FailureCode } from '../../src/errors/failures.ts'
import { callPgate } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'

const DOCS = join(import.meta.dirname, '../../docs')
const PAGE = readFileSync(join(DOCS, 'troubleshooting.md'), 'utf8')
const COMMANDS = readFileSync(join(DOCS, 'commands.md'), 'utf8')

/** Each entry by its title. */
const ENTRIES = PAGE.split(/^### /m)
  .slice(1)
  .map((text): [string, string] => [text.split('\n', 1)[0] ?? '', text.split(/^## /m, 1)[0] ?? ''])

/** `gate shut (exit 30, NOT_READY): …`, as printed. */
const QUOTED = [
  ...PAGE.matchAll(/^(?:gate|pgate \w+) (?:shut|failed) \(exit (\d+), (\w+)\)/gm),
].map(([line, exit, code]): [string, number, string] => [line, Number(exit), code ?? ''])

function isCode(word: string): word is FailureCode {
  return Object.hasOwn(FAILURES, word)
}

describe('docs/troubleshooting.md', () => {
  it.each(QUOTED)('quotes `%s` with the exit code of the error', (_, exit, code) => {
    if (!isCode(code)) throw new Error(`${code} is no error code`)
    expect(exit).toBe(EXIT_CODES[FAILURES[code].exit].number)
  })

  it('names no error code that there is not', () => {
    const named = [...PAGE.matchAll(/errors\.md#(\w+)/g)].map(([, code = '']) => code.toUpperCase())
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((code) => !isCode(code))).toEqual([])
  })

  it.each(ENTRIES)('gives for "%s" what is printed, the code and a cure', (title, entry) => {
    expect(entry).toMatch(/```sh\n/)
    if (title === 'A fault of pgate') return
    expect(entry).toMatch(/```text\n/)
    const [, quoted = ''] = /\(exit \d+, (\w+)\)/.exec(entry) ?? []
    expect(entry).toContain(`[${quoted}](errors.md#${quoted.toLowerCase()})`)
  })

  it('has an entry for every place that its table points to, and links to pages there are', () => {
    const titles = ENTRIES.map(([title]) => title.toLowerCase().replaceAll(' ', '-'))
    const links = [...PAGE.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)]
    expect(links.length).toBeGreaterThan(50)
    for (const [, file = '', anchor] of links) {
      if (file === '') expect(titles).toContain(anchor)
      else expect(readFileSync(join(DOCS, file), 'utf8').length).toBeGreaterThan(0)
    }
  })

  it('calls only commands and options that there are', () => {
    const calls = [...PAGE.matchAll(/(?:^|[\s`])pgate ([a-z]+)((?: [^\s`#]+)*)/g)]
    const shell = calls.filter(([, command = '']) => COMMANDS.includes(`\n## ${command}\n`))
    expect(shell.length).toBeGreaterThan(30)
    for (const [, , rest = ''] of shell) {
      for (const [option] of rest.matchAll(/(?<= )--[a-z-]+/g)) expect(COMMANDS).toContain(option)
    }
  })
})

/** What a call prints, with the folder as the page calls it. */
async function printed(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<string> {
  return withRevisionFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) await folder.write(name, text)
    const { stdout, stderr } = await callPgate(args, {
      PGATE_MIGRATIONS: folder.path,
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nowhere',
    })
    return `${stdout}${stderr}`.replaceAll(folder.path, 'migrations').trimEnd()
  })
}

describe('what it quotes is what is printed for', () => {
  const initial = revisionText({ id: '001', upgrade: 'SELECT 1;' })
  const child = (id: string, revises: string) => revisionText({ id, revises, upgrade: 'SELECT 1;' })

  it('two heads', async () => {
    const said = await printed(
      {
        '20260223_1800_001_initial_schema.sql': initial,
        '20260301_0900_002_add_billing.sql': child('002', '001'),
        '20260301_0930_003_add_teams.sql': child('003', '001'),
      },
      ['upgrade', 'head'],
    )
    expect(PAGE).toContain(said)
  })

  it('a missing parent, and a file without a section', async () => {
    const name = '20260301_0900_002_add_billing.sql'
    const missing = await printed({ 'a.sql': initial, [name]: child('002', '01') }, ['gate'])
    expect(PAGE).toContain(missing)
    const text = '-- Billing\n-- revision: 002\n-- revises: none\nSELECT 1;\n'
    expect(PAGE).toContain(await printed({ [name]: text }, ['gate']))
  })

  it('a variable that is not known', async () => {
    const { stdout, stderr } = await callPgate(['gate'], { PGATE_WAIT_TIMOUT: '1s' })
    expect(PAGE).toContain(`${stdout}${stderr}`.trimEnd())
  })
})
