import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXIT_CODES } from '../../src/errors/exit-codes.ts'
import { FAILURES, type FailureCode } from '../../src/errors/failures.ts'
import { callPgate } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { otherRuns, printedWords } from '../support/docs/printed-words.ts'

const DOCS = join(import.meta.dirname, '../../docs')
const PAGE = readFileSync(join(DOCS, 'troubleshooting.md'), 'utf8')
const COMMANDS = readFileSync(join(DOCS, 'commands.md'), 'utf8')

/** The section of each error code. */
const SECTIONS = PAGE.split(/^### /m)
  .slice(1)
  .map((text): [string, string] => [text.split('\n', 1)[0] ?? '', text.split(/^## /m, 1)[0] ?? ''])

/** `gate shut (exit 30, NOT_READY): …`, as printed. */
const QUOTED = [
  ...PAGE.matchAll(/^(?:gate|pgate \w+) (?:shut|failed) \(exit (\d+), (\w+)\)/gm),
].map(([line, exit, code]): [string, number, string] => [line, Number(exit), code ?? ''])

/** What PostgreSQL, pg_dump, Alembic and Node.js say, and the lines of a file that are shown. */
const OF_OTHERS =
  /[^:\n]*(?= \(SQLSTATE)|^ *\d* \| .*$|pg_dump: .*|FAILED: .*'|Expected '.*(?= position)|PostgreSQL's hint: .*|INDEX \w+ ON [\w.]+ USING btree|(?:syntax error|password authentication failed|Cannot read properties|createdb) .*|canceling statement due to [a-z ]+/gm

/** Names of objects, and what is found of them. */
const NAMES = /(?:index|column) [\w.]+|nullable: expected false, found true|Next:/g

function isCode(word: string): word is FailureCode {
  return Object.hasOwn(FAILURES, word)
}

describe('docs/troubleshooting.md', () => {
  it.each(QUOTED)('quotes `%s` with the exit code of the error', (_, exit, code) => {
    const name = code === 'BUG' ? 'bug' : isCode(code) ? FAILURES[code].exit : undefined
    if (name === undefined) throw new Error(`${code} is no error code`)
    expect(exit).toBe(EXIT_CODES[name].number)
  })

  it.each(SECTIONS)(
    'shows for %s what is printed, and commands to look further',
    (code, section) => {
      expect(section).toMatch(/```sh\n/)
      expect(section).toMatch(/```text\n/)
      const quoted = [...section.matchAll(/\(exit \d+, (\w+)\)/g)].map(([, name]) => name)
      // A call of the library has no last line.
      expect(new Set(quoted)).toEqual(new Set(code === 'INTERRUPTED' ? [] : [code]))
    },
  )

  it('shows messages in the words that the source prints, and values between them', () => {
    const words = printedWords()
    const shown = [...PAGE.matchAll(/^```text\n(.*?)^```$/gms)].map(([, text = '']) => text)
    expect(shown.length).toBeGreaterThan(80)
    const others = shown.flatMap((text) => otherRuns(text.replaceAll(OF_OTHERS, ''), words))
    // The rest is names and values: few words in a row.
    const plain = (run: string) =>
      run.replaceAll(NAMES, '').match(/(?<=^|\s)[A-Za-z]+(?=[\s.,;:]|$)/g)?.length ?? 0
    expect(others.filter((run) => plain(run) > 4)).toEqual([])
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
    const { stdout, stderr } = await callPgate(
      args.map((arg) => arg.replace('<folder>', folder.path)),
      { PGATE_MIGRATIONS: folder.path, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nowhere' },
    )
    return `${stdout}${stderr}`
      .replaceAll(`${folder.path}/up.sql`, 'up.sql')
      .replaceAll(folder.path, 'migrations')
      .trimEnd()
  })
}

describe('what it quotes is what is printed', () => {
  const first = revisionText({ id: '001', upgrade: 'SELECT 1;' })
  const child = (id: string, revises: string, upgrade = 'SELECT 1;') =>
    revisionText({ id, revises, upgrade })
  const [FIRST, BILLING, TEAMS] = [
    '20260223_1800_001_initial_schema.sql',
    '20260301_0900_002_add_billing.sql',
    '20260301_0930_003_add_teams.sql',
  ]
  const concurrently = 'CREATE INDEX CONCURRENTLY users_id ON users (id);'

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['an unknown command', {}, ['upgarde']],
    [
      'two heads',
      { [FIRST]: first, [BILLING]: child('002', '001'), [TEAMS]: child('003', '001') },
      ['upgrade', 'head'],
    ],
    ['a missing parent', { 'a.sql': first, [BILLING]: child('002', '01') }, ['gate']],
    [
      'a file without a section',
      { [BILLING]: '-- Billing\n-- revision: 002\n-- revises: none\nSELECT 1;\n' },
      ['gate'],
    ],
    [
      'a file without a header',
      { [FIRST]: first, [BILLING]: '-- Billing\nCREATE TABLE b();\n' },
      ['gate'],
    ],
    ['an id that is there twice', { [FIRST]: first, [BILLING]: child('001', 'none') }, ['gate']],
    [
      'a circle',
      { [FIRST]: first, [BILLING]: child('002', '003'), [TEAMS]: child('003', '002') },
      ['gate'],
    ],
    [
      'a module that lacks exports',
      { [FIRST]: first, [BILLING.replace('.sql', '.ts')]: 'export const revision = "002"\n' },
      ['gate'],
    ],
    [
      'a command of psql',
      {
        [FIRST]: first,
        [BILLING]: child('002', '001', 'CREATE TABLE plans (id int);\n\\i more.sql'),
      },
      ['upgrade', '--sql'],
    ],
    [
      "a statement that drops pgate's own table",
      { [FIRST]: first, [BILLING]: child('002', '001', 'DROP TABLE alembic_version;') },
      ['upgrade', '--sql'],
    ],
    [
      'a concurrent index in a transaction',
      {
        [FIRST]: first,
        [BILLING]: revisionText({
          id: '002',
          revises: '001',
          upgrade: concurrently,
          transaction: 'on',
        }),
      },
      ['upgrade', '--sql'],
    ],
    ['a target that no file holds', { [FIRST]: first }, ['show', '0042']],
    [
      'a parent that is no head',
      { [FIRST]: first, [BILLING]: child('002', '001') },
      ['revision', '-m', 'add plan', '--head', '001'],
    ],
    [
      'an import of half a statement',
      { 'up.sql': 'CREATE TABLE t (\n' },
      ['import', 'alembic', '--upgrade', '<folder>/up.sql'],
    ],
    [
      'a manifest that is no JSON',
      { [FIRST]: first, 'manifest.json': '{ "format": 1\n' },
      ['gate'],
    ],
  ])('for %s', async (_, files, args) => {
    expect(PAGE).toContain(await printed(files, args))
  })

  it('for a variable that is not known', async () => {
    const { stdout, stderr } = await callPgate(['gate'], { PGATE_WAIT_TIMOUT: '1s' })
    expect(PAGE).toContain(`${stdout}${stderr}`.trimEnd())
  })
})
