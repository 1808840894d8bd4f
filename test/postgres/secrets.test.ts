import { execFile } from 'node:child_process'
import { chmod, symlink, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { withSession } from '../../src/postgres/session/session.ts'
import { startPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { queryRows } from '../support/database/query.ts'
import { PASSWORD } from '../support/servers/docker-servers.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'
import { CANARY, CANARY_FORMS, ENCODED_CANARY, runHere } from './secrets-run.ts'

type Env = Readonly<Record<string, string>>

interface Canaried {
  /** Of the database's owner, whose password is the canary. */
  readonly url: string
  readonly superuser: string
  readonly database: string
  /** A folder without revisions yet. */
  readonly folder: { readonly path: string; write(name: string, text: string): Promise<void> }
  readonly env: Env
}

/** Lends a database whose owner has the canary for a password. */
async function withCanary<T>(server: TestServer, use: (given: Canaried) => Promise<T>): Promise<T> {
  return withRevisionFolder((folder) =>
    withDatabase(server, async ({ url: superuser, name: database }) => {
      const role = database.replace('t_', 'r_')
      await queryRows(
        superuser,
        `create role "${role}" login password '${CANARY}';
         alter database "${database}" owner to "${role}";
         alter schema public owner to "${role}"`,
      )
      const url = superuser.replace(/\/\/[^@]*@/, `//${role}:${ENCODED_CANARY}@`)
      const env = {
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_WAIT_TIMEOUT: '20s',
        PGATE_AUTH_GRACE: '0',
      }
      const result = await use({ url, superuser, database, folder, env })
      await queryRows(
        superuser,
        `reassign owned by "${role}" to postgres; drop owned by "${role}"; drop role "${role}"`,
      )
      return result
    }),
  )
}

/** Runs it for people and for machines; the code of its failure, with nothing of the canary said. */
async function codeOf(args: readonly string[], env: Env, forms: readonly string[] = CANARY_FORMS) {
  const runs = [await runHere(args, env), await runHere([...args, '--json'], env)]
  for (const { said, termination } of runs) {
    expect(said).not.toBe('')
    for (const form of forms) expect(`${said}\n${termination}`).not.toContain(form)
  }
  const ended = runs.map(({ termination }) => JSON.parse(termination))
  return ended[0].code ?? 'none'
}

async function expectCleanDatabase(superuser: string): Promise<void> {
  const rows = await queryRows<{ row: string }>(
    superuser,
    `select j::text as row from public.pgate_journal j
     union all select to_jsonb(a)::text from pg_stat_activity a
      where a.datname = current_database() and a.application_name like 'pgate%'`,
  )
  expect(rows).not.toEqual([])
  for (const form of CANARY_FORMS) expect(JSON.stringify(rows)).not.toContain(form)
}

const ONE = revisionText({ id: 'aaa', upgrade: 'CREATE TABLE t (id int);', downgrade: '' })
const ALONE = revisionText({
  id: 'bbb',
  revises: 'aaa',
  upgrade: 'CREATE INDEX CONCURRENTLY t_id ON t (id);',
})
const FAILING = revisionText({ id: 'aaa', upgrade: 'CREATE TABLE t (id nothing);' })
const STEPWISE = revisionText({ id: 'aaa', upgrade: 'SELECT 1;\nSELECT 1/0;', transaction: 'off' })
const LOSING = revisionText({
  id: 'aaa',
  upgrade: 'SELECT pg_terminate_backend(pg_backend_pid());',
})

/** The password in every place that pgate takes one from, for a role that has another. */
const WAYS: readonly (readonly [string, (given: Canaried & { file: string }) => Env])[] = [
  ['DATABASE_URL', ({ url }) => ({ DATABASE_URL: url })],
  ['DATABASE__URL', ({ url }) => ({ DATABASE__URL: url })],
  ['DATABASE_URL_FILE', ({ file }) => ({ DATABASE_URL_FILE: file })],
  ['DB_PASSWORD', (given) => ({ ...parts(given), DB_PASSWORD: CANARY })],
  ['DB_PASSWORD_FILE', (given) => ({ ...parts(given), DB_PASSWORD_FILE: `${given.file}-raw` })],
  ['PGPASSWORD', (given) => ({ ...parts(given), PGPASSWORD: CANARY })],
  ['PGPASSFILE', (given) => ({ ...parts(given), PGPASSFILE: `${given.file}-pass` })],
]

function parts({ url }: { readonly url: string }): Env {
  const { hostname, port, username, pathname } = new URL(url)
  return { DB_HOST: hostname, DB_PORT: port, DB_USER: username, DB_NAME: pathname.slice(1) }
}

async function writeSecrets({ folder, url }: Canaried): Promise<string> {
  const file = `${folder.path}/.secret`
  const escaped = CANARY.replaceAll(':', '\\:')
  await writeFile(file, url)
  await writeFile(`${file}-raw`, CANARY)
  await writeFile(`${file}-pass`, `*:*:*:*:${escaped}\n`)
  for (const each of [file, `${file}-raw`, `${file}-pass`]) await chmod(each, 0o600)
  return file
}

describe.each(servers().slice(0, 1))('the password on $name', (server) => {
  it.each(WAYS)('is used, and nowhere shown, from %s', async (_, envOf) => {
    await withCanary(server, async (given) => {
      await given.folder.write('a.sql', ONE)
      const env = { ...given.env, ...envOf({ ...given, file: await writeSecrets(given) }) }
      expect(await codeOf(['gate'], env)).toBe('none')
      await expectCleanDatabase(given.superuser)
      const role = new URL(given.url).username
      await queryRows(given.superuser, `alter role "${role}" password 'another'`)
      expect(await codeOf(['gate'], env)).toBe('CONNECTION_REFUSED')
    })
  })

  it.each<readonly [string, string, (url: string) => string]>([
    ['no server', 'NOT_READY', (url) => url.replace(/@[^/]*\//, '@127.0.0.1:1/')],
    ['no such host', 'NOT_READY', (url) => url.replace(/@[^/]*\//, '@nowhere.invalid/')],
    ['a bad port', 'CONFIG_INVALID', (url) => url.replace(/@[^/]*\//, '@localhost:x/')],
    ['a bare password', 'CONFIG_INVALID', (url) => url.replace(ENCODED_CANARY, CANARY)],
    ['another scheme', 'CONFIG_INVALID', (url) => url.replace(/^postgres(ql)?/, 'mysql')],
    ['an unknown parameter', 'CONFIG_INVALID', (url) => `${url}?pasword=${ENCODED_CANARY}`],
    ['no such database', 'CONNECTION_REFUSED', (url) => `${url}_not`],
    ['no TLS there', 'CONNECTION_REFUSED', (url) => `${url}?sslmode=require`],
    ['no root certificate', 'CONNECTION_REFUSED', (url) => `${url}?sslmode=verify-full`],
  ])('is not shown where there is %s', async (_, code, change) => {
    await withCanary(server, async ({ url, superuser, folder, ...given }) => {
      await folder.write('a.sql', ONE)
      const env = code === 'NOT_READY' ? { ...given.env, PGATE_WAIT_TIMEOUT: '0' } : given.env
      const changed = change(url)
      expect(await codeOf(['gate'], { ...env, DATABASE_URL: changed })).toBe(code)
      expect(await codeOf(['gate', '--database-url', changed], env)).toBe(code)
      const admin = { ...env, DATABASE_URL: superuser, PGATE_EXTENSIONS: 'hstore' }
      expect(await codeOf(['gate'], { ...admin, PGATE_ADMIN_URL: changed })).not.toBe('none')
      expect(await codeOf(['manifest', '--shadow-url', changed], env)).not.toBe('none')
    })
  })

  it.each([
    ['a failing revision', 'MIGRATION_FAILED', FAILING],
    ['a failing statement outside a transaction', 'MIGRATION_FAILED', STEPWISE],
    ['a lost connection', 'MIGRATION_CONNECTION_LOST', LOSING],
  ])('is not shown by %s, nor kept in the database', async (_, code, text) => {
    await withCanary(server, async ({ url, superuser, env, folder }) => {
      await folder.write('0.sql', ONE.replaceAll('aaa', 'one').replace('t (', 'one ('))
      await folder.write('a.sql', text.replace('revises: none', 'revises: one'))
      expect(await codeOf(['gate'], { ...env, DATABASE_URL: url })).toBe(code)
      await expectCleanDatabase(superuser)
    })
  })

  it("is not shown where the server refuses pgate's own tables", async () => {
    await withCanary(server, async ({ url, superuser, env, folder }) => {
      await folder.write('a.sql', ONE)
      await queryRows(
        superuser,
        `create function public.refuse() returns event_trigger language plpgsql
           as $$ begin raise exception 'not today'; end $$;
         create event trigger refuse on ddl_command_start execute function public.refuse()`,
      )
      expect(await codeOf(['gate'], { ...env, DATABASE_URL: url })).toBe('SERVER_REFUSED')
      await queryRows(superuser, 'drop event trigger refuse')
    })
  })

  it.each([
    ['0444', 'none'],
    ['0644', 'none'],
    ['0664', 'none'],
    ['0646', 'CONFIG_INVALID'],
  ])('in a mounted file of mode %s: %s', async (mode, code) => {
    await withCanary(server, async (given) => {
      await given.folder.write('a.sql', ONE)
      const file = await writeSecrets(given)
      await chmod(file, Number.parseInt(mode, 8))
      // As Kubernetes mounts them: a link to the file of the day.
      await symlink(file, `${file}-link`)
      const env = { ...given.env, DATABASE_URL_FILE: `${file}-link` }
      expect(await codeOf(['gate'], env)).toBe(code)
    })
  })

  it('leaves whole what the server says of a timeout, which quotes nothing', async () => {
    await withSession(databaseOf(server.url), patiently(), async (session) => {
      await session.query("set statement_timeout = '50ms'")
      const asked = session.query("select 'password', 'state', ' to ', 'statement', pg_sleep(5)")
      await expect(asked).rejects.toThrow('canceling statement due to statement timeout')
    })
  })

  it('is not on the command line that others see, unless it was put there', async () => {
    const url = `postgresql://nobody:${ENCODED_CANARY}@127.0.0.1:1/nothing`
    const env = { DATABASE_URL: url, PGATE_WAIT_TIMEOUT: '60s', PGATE_LOG_LEVEL: 'debug' }
    const waiting = startPgate([], { env })
    try {
      await waiting.says(/ECONNREFUSED/)
      const ps = await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', `${waiting.pid}`])
      expect(ps.stdout).toMatch(/pgate(\.mjs)?$/m)
      const { stdout, stderr } = waiting.output()
      for (const form of CANARY_FORMS) expect(ps.stdout + stdout + stderr).not.toContain(form)
    } finally {
      waiting.kill('SIGKILL')
      await waiting.ended
    }
  })
})

describe.each(servers({ docker: true }).slice(0, 1))('behind a pooler on $name', (server) => {
  it('the password is not shown, nor kept in the database', async () => {
    await withCanary(server, ({ database, superuser, env, folder }) =>
      withPgbouncer(server, 'transaction', async (pooler) => {
        await folder.write('a.sql', ONE)
        const through = { ...env, DATABASE_URL: pooler.urlOf(database) }
        const forms = [PASSWORD, encodeURIComponent(PASSWORD)]
        expect(await codeOf(['gate'], through, forms)).toBe('none')
        const kept = await queryRows(
          superuser,
          `select j::text as row from public.pgate_journal j
           union all select l::text from public.pgate_lease l`,
        )
        for (const form of forms) expect(JSON.stringify(kept)).not.toContain(form)
        await folder.write('b.sql', ALONE)
        const refused = { ...through, PGATE_ROLE: 'postgres' }
        expect(await codeOf(['gate'], refused, forms)).toBe('CONFIG_POOLER')
      }),
    )
  })
})
