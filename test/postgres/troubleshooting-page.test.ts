import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { callPgate } from '../support/cli/call.ts'
import { type RevisionFolder, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { ROOT } from '../support/docker/image.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const PAGE = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8')
const SHOWN = [...PAGE.matchAll(/^```text\n(.*?)^```$/gms)].map(([, text = '']) => shown(text))

const FIRST = '20260223_1800_001_initial_schema.sql'
const PLAN = '20260302_0900_004_add_plan.sql'
const USERS = `CREATE TABLE users (
    id int NOT NULL, email text NOT NULL
);
CREATE UNIQUE INDEX users_email_key ON users (email);`
const OWNER = 'ALTER TABLE teams ADD COLUMN owner uuid REFERENCES'

/** One after the other on one database: what is done to the files or the database, and the call. */
const STORY: readonly Scene[] = [
  [
    'a wrong password',
    {},
    (url) => ({ DATABASE_URL: url.replace(/:\/\/.*@/, '://app:wrong@') }),
    'gate',
  ],
  [
    'a database that is not there',
    {},
    (url) => ({ DATABASE_URL: url.replace(/\/[^/?]*(\?|$)/, '/shop$1') }),
    'gate',
  ],
  [
    'nobody who listens',
    {},
    () => ({ DATABASE_URL: 'postgresql://app@127.0.0.1:1/app', PGATE_WAIT_TIMEOUT: '50ms' }),
    'gate',
  ],
  ['a table that is there', { sql: 'CREATE TABLE users ()' }, {}, 'gate'],
  [
    'a statement that fails',
    {
      sql: 'DROP TABLE users; CREATE TABLE teams ()',
      file: [PLAN, revisionText({ id: '004', revises: '001', upgrade: `${OWNER} owners (id);` })],
    },
    {},
    'upgrade',
  ],
  [
    'a syntax error',
    { file: [PLAN, revisionText({ id: '004', revises: '001', upgrade: `${OWNER} users (id));` })] },
    {},
    'upgrade',
  ],
  [
    'a revision that is pending',
    { file: [PLAN, revisionText({ id: '004', revises: '001', upgrade: 'SELECT 1;' })] },
    {},
    'check',
  ],
  [
    'what cannot be undone',
    { calls: ['upgrade', 'manifest --from-database'] },
    {},
    'downgrade 001',
  ],
  [
    'an invalid index',
    {
      sql: `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_email_key'::regclass`,
    },
    {},
    'gate',
  ],
  [
    'a drift',
    { sql: 'DROP INDEX users_email_key; ALTER TABLE users ALTER email DROP NOT NULL' },
    {},
    'verify',
  ],
  [
    'an edited file',
    { file: [FIRST, revisionText({ id: '001', upgrade: `${USERS} SELECT 2;` })] },
    {},
    'gate',
  ],
  [
    'a revision that no file holds',
    { sql: `UPDATE alembic_version SET version_num = '9f3c01d2aa10'` },
    {},
    'gate',
  ],
  [
    'a table of another kind',
    { sql: 'ALTER TABLE alembic_version RENAME version_num TO v' },
    {},
    'gate',
  ],
]

interface Change {
  readonly sql?: string
  readonly file?: readonly [string, string]
  readonly calls?: readonly string[]
}
type Env = Readonly<Record<string, string>>
type Scene = readonly [string, Change, Env | ((url: string) => Env), string]

describe.each(anyServer({ docker: true }))('docs/troubleshooting.md, on $name,', (server) => {
  const it = testOn(server)

  it('quotes what is printed', async ({ folder, database: { url } }) => {
    await folder.write(FIRST, revisionText({ id: '001', upgrade: USERS }))
    for (const [what, change, env, words] of STORY) {
      const call = (args: string, more: Env = {}) =>
        callPgate(args.split(' '), {
          ...{ DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' },
          ...{ PGATE_AUTH_GRACE: '0', ...more },
        })
      if (change.sql !== undefined) await queryRows(url, change.sql)
      if (change.file !== undefined) await folder.write(...change.file)
      for (const args of change.calls ?? []) expect(await call(args)).toMatchObject({ exitCode: 0 })
      const { stdout } = await call(words, typeof env === 'function' ? env(url) : env)
      const text = shown(printed(stdout, folder))
      const code = /\(exit .*?\)/.exec(text)?.[0] ?? stdout
      expect(SHOWN.filter((block) => block.includes(code)).join(''), what).toContain(text)
    }
  })
})

/** As the page calls the folder and the server. */
function printed(text: string, folder: RevisionFolder): string {
  return text
    .replaceAll(/^(?:ok|failed) +\w+ +[\d.]+m?s.*\n/gm, '')
    .replaceAll(folder.path, 'migrations')
    .replaceAll(/[\w.]+:\d+\/\w+(?= (?:refuses|was not))/g, 'db:5432/app')
    .trimEnd()
}

/** Without what is another each time: times, checksums, hosts. */
function shown(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d [\d:.]+ UTC/g, '<time>')
    .replaceAll(/ Before this run the database was at this restore point: .*\.md\)\./g, '')
    .replaceAll(/checksum \w{12} then, \w{12} now/g, '<checksums>')
    .replaceAll(/after [\d.]+ s\b/g, 'after <time>')
    .replaceAll(/db:5432\/\w+/g, 'db:5432/app')
    .replaceAll(/--host \S+ --port \d+ --username \w+/g, '--host …')
}
