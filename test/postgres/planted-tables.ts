import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { type TestServer, withDatabase } from '../support/servers/servers.ts'
import { type RunHere, runHere } from './secrets-run.ts'

/** A database in which another role has put something under one of pgate's names. */
export interface Planted {
  /** Of the superuser that migrates. */
  readonly url: string
  readonly name: string
  /** Of the revisions. */
  readonly folder: string
  /** As the other role: `app` in SQL is its name, and `hit()` says that its code ran. */
  asApp(sql: string): Promise<void>
  /** As the superuser, with the same names. */
  asSuperuser(sql: string): Promise<void>
  pgate(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<RunHere>
  envOf(url: string): Readonly<Record<string, string>>
  /** Of the same database, as the other role. */
  readonly appUrl: string
  /** How often code of the other role has run; a rollback does not take that back. */
  hits(): Promise<number>
  /** The folder gets a second revision, which is pending then. */
  addRevision(): Promise<void>
}

/** Lends a database, a revision, and a role that may create in its schema `theirs`, and in `public`. */
export async function withPlanted<T>(
  server: TestServer,
  use: (planted: Planted) => Promise<T>,
): Promise<T> {
  return withRevisionFolder(async (folder) => {
    await folder.write('a.sql', FIRST)
    return withDatabase(server, async ({ url, name }) => {
      const role = `planter_${name.slice(-8)}`
      const named = (sql: string) => sql.replaceAll(/\bapp\b/g, `"${role}"`)
      const appUrl = url.replace(/\/\/[^@]*@/, `//${role}:test@`)
      const asSuperuser = async (sql: string) => void (await queryRows(url, named(sql)))
      await asSuperuser(SCENE)
      const envOf = (of: string) => ({
        DATABASE_URL: of,
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_WAIT_TIMEOUT: '5s',
        PGATE_LOCK_TIMEOUT: '2s',
      })
      const result = await use({
        url,
        name,
        folder: folder.path,
        appUrl,
        asSuperuser,
        asApp: async (sql) => void (await queryRows(appUrl, named(sql))),
        pgate: (args, env = {}) => runHere(args, { ...envOf(url), ...env }),
        envOf,
        hits: async () => {
          const [row] = await queryRows<{ n: number }>(
            url,
            'select case when is_called then last_value else 0 end::int as n from hits',
          )
          return row?.n ?? -1
        },
        addRevision: () => folder.write('b.sql', SECOND),
      })
      await asSuperuser('drop owned by app cascade; drop role app')
      return result
    })
  })
}

const FIRST = revisionText({
  id: 'aaa',
  upgrade: 'create table one (id int);',
  downgrade: 'drop table one;',
})
const SECOND = revisionText({
  id: 'bbb',
  revises: 'aaa',
  upgrade: 'create table two (id int);',
  downgrade: 'drop table two;',
})

const SCENE = `
  create role app login password 'test';
  grant create, usage on schema public to app;
  create schema theirs authorization app;
  create sequence hits; grant all on hits to public;
  create function hit() returns boolean language plpgsql immutable as
    $$ begin perform nextval('public.hits'); return true; end $$;
  alter function hit() owner to app;
  create function hit_row() returns trigger language plpgsql as
    $$ begin perform nextval('public.hits'); return new; end $$;
  alter function hit_row() owner to app;`
