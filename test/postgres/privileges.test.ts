import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import {
  anyServer,
  partOn,
  servers,
  type TestServer,
  withDatabase,
} from '../support/servers/servers.ts'
import { runHere } from './secrets-run.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8')
const BLOCKS = new Map(
  [...PAGE.matchAll(/^```sql ([a-z-]+)\n(.*?)^```$/gms)].map(([, name = '', sql = '']) => [
    name,
    sql,
  ]),
)
const ROLES = ['migrator', 'owner', 'admin', 'reader']

interface Granted {
  readonly superuser: string
  /** Runs a block of the page, less the statements that `without` names by their numbers. */
  grant(block: string, without?: number): Promise<void>
  /** Runs a command as one of the page's roles. */
  pgate(
    role: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<number>
  envOf(role: string): Readonly<Record<string, string>>
  urlOf(role: string): string
  /** The name that the page's role has in this test. */
  roleOf(role: string): string
}

/** Lends a database in which nobody has been granted anything, and two revisions. */
async function withNothingGranted<T>(
  server: TestServer,
  use: (given: Granted) => Promise<T>,
): Promise<T> {
  return withRevisionFolder(async (folder) => {
    await folder.write('a.sql', FIRST)
    await folder.write('b.sql', SECOND)
    return withDatabase(server, async ({ url: superuser, name }) => {
      await queryRows(
        superuser,
        `revoke all on database "${name}" from public; revoke all on schema public from public`,
      )
      const roleOf = (role: string) => `app_${role}_${name.slice(-8)}`
      const urlOf = (role: string) => superuser.replace(/\/\/[^@]*@/, `//${roleOf(role)}:test@`)
      const envOf = (role: string) => ({
        DATABASE_URL: urlOf(role),
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_WAIT_TIMEOUT: '20s',
        PGATE_AUTH_GRACE: '0',
      })
      const given: Granted = {
        superuser,
        roleOf,
        urlOf,
        envOf,
        grant: async (block, without) => {
          const sql = statementsOf(block)
            .filter((_, index) => index !== without)
            .join(';\n')
          const named = sql
            .replaceAll(/\bapp_(\w+)/g, (_, role: string) => roleOf(role))
            .replaceAll('DATABASE app', `DATABASE "${name}"`)
          await queryRows(superuser, `${named};\n${passwords(roleOf)}`)
        },
        pgate: async (role, args, env = {}) =>
          (await runHere(args, { ...envOf(role), ...env })).exitCode,
      }
      const result = await use(given)
      await dropRoles(given)
      return result
    })
  })
}

const FIRST = revisionText({
  id: 'aaa',
  upgrade: `CREATE TABLE things (id int PRIMARY KEY, name text);
CREATE VIEW names AS SELECT name FROM things;
CREATE TYPE mood AS ENUM ('calm');`,
  downgrade: 'DROP TYPE mood; DROP VIEW names; DROP TABLE things;',
})
const SECOND = revisionText({
  id: 'bbb',
  revises: 'aaa',
  upgrade: 'CREATE INDEX CONCURRENTLY things_name ON things (name);',
  downgrade: 'DROP INDEX things_name;',
})

function statementsOf(block: string): readonly string[] {
  const text = BLOCKS.get(block)
  if (text === undefined) throw new Error(`docs/security.md has no block ${block}`)
  return text.split(/;\n/).filter((statement) => statement.trim() !== '')
}

/** Numbers of the statements that grant something. */
function grantsOf(block: string): readonly number[] {
  return [...statementsOf(block).entries()].flatMap(([index, text]) =>
    /^GRANT|DEFAULT PRIVILEGES/m.test(text) ? [index] : [],
  )
}

function passwords(roleOf: Granted['roleOf']): string {
  return `do $$ declare it record; begin
    for it in select rolname from pg_roles where rolcanlogin
               and rolname in (${ROLES.map((role) => `'${roleOf(role)}'`).join(', ')}) loop
      execute format('alter role %I password ''test''', it.rolname);
    end loop; end $$`
}

async function dropRoles({ superuser, roleOf }: Granted): Promise<void> {
  for (const role of ROLES.map(roleOf)) {
    const there = await queryRows(superuser, 'select from pg_roles where rolname = $1', [role])
    if (there.length === 0) continue
    await queryRows(
      superuser,
      `reassign owned by "${role}" to current_user; drop owned by "${role}" cascade; drop role "${role}"`,
    )
  }
}

describe('docs/security.md', () => {
  it('has the blocks that are run here', () => {
    expect([...BLOCKS.keys()]).toEqual([
      'owner',
      'create',
      'schema',
      'everybody',
      'role',
      'admin',
      'reader',
      'reader-before',
    ])
    expect(PAGE.match(/```sql/g)).toHaveLength(BLOCKS.size)
  })
})

const MIGRATORS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['owner', {}],
  ['create', {}],
  ['schema', { PGATE_SCHEMA: 'tenant' }],
]

describe.each(servers())('the grants of docs/security.md on $name', (server) => {
  it.each(partOn(server, MIGRATORS))('let a role migrate: %s', async (block, env) => {
    await withNothingGranted(server, async ({ grant, pgate, superuser, roleOf }) => {
      await grant(block)
      for (const args of [
        ['gate'],
        ['gate'],
        ['check'],
        ['verify'],
        ['current'],
        ['downgrade', 'base'],
        ['stamp', 'head', '--no-verify'],
        ['stamp', 'base', '--purge'],
      ]) {
        expect([args, await pgate('migrator', args, env)]).toEqual([args, 0])
      }
      const [role] = await queryRows(
        superuser,
        'select rolsuper from pg_roles where rolname = $1',
        [roleOf('migrator')],
      )
      expect(role).toEqual({ rolsuper: false })
    })
  })

  it('let PGATE_ROLE own what a login makes', async () => {
    await withNothingGranted(server, async ({ grant, pgate, superuser, roleOf }) => {
      await grant('role')
      const env = { PGATE_ROLE: roleOf('owner') }
      for (const args of [['gate'], ['gate'], ['check'], ['downgrade', 'base'], ['upgrade']]) {
        expect([args, await pgate('migrator', args, env)]).toEqual([args, 0])
      }
      const owners = await queryRows(
        superuser,
        `select distinct tableowner as owner from pg_tables where schemaname = 'public'`,
      )
      expect(owners).toEqual([{ owner: roleOf('owner') }])
    })
  })

  it('let PGATE_ADMIN_URL create a trusted extension that the other role may not', async () => {
    await withNothingGranted(server, async ({ grant, pgate, superuser, roleOf, urlOf }) => {
      await grant('create')
      await grant('admin')
      const env = { PGATE_EXTENSIONS: 'uuid-ossp' }
      expect(await pgate('migrator', ['gate'], env)).toBe(41)
      const admin = { ...env, PGATE_ADMIN_URL: urlOf('admin') }
      expect(await pgate('migrator', ['gate'], admin)).toBe(0)
      const owner = await queryRows(
        superuser,
        `select extowner::regrole::text as owner from pg_extension where extname = 'uuid-ossp'`,
      )
      expect(owner).toEqual([{ owner: roleOf('admin') }])
    })
  })

  it('take from everybody what PostgreSQL 14 gave', async () => {
    await withNothingGranted(server, async ({ grant, superuser, urlOf }) => {
      await grant('create')
      await queryRows(superuser, 'grant create on schema public to public')
      await grant('everybody')
      const [may] = await queryRows(
        urlOf('migrator'),
        `select has_schema_privilege('pg_monitor', 'public', 'create') as create`,
      )
      expect(may).toEqual({ create: false })
    })
  })
})

const READS = [['wait', '--for', 'head'], ['wait'], ['verify'], ['check'], ['current']]

describe.each(anyServer())('the grants of docs/security.md to a reader on $name', (server) => {
  it('let a role look, and neither write nor read a row', async () => {
    await withNothingGranted(server, async ({ grant, pgate, urlOf }) => {
      await grant('create')
      expect(await pgate('migrator', ['gate'])).toBe(0)
      await grant('reader')
      for (const args of READS) {
        expect([args, await pgate('reader', args)]).toEqual([args, 0])
      }
      await expect(queryRows(urlOf('reader'), 'select from things')).rejects.toThrow(/denied/)
      expect(await pgate('reader', ['downgrade', 'base'])).toBe(53)
    })
  })

  it('let wait --for head and verify do with the version table alone', async () => {
    await withNothingGranted(server, async ({ grant, pgate, superuser, roleOf }) => {
      await grant('create')
      expect(await pgate('migrator', ['gate'])).toBe(0)
      await grant('reader')
      await queryRows(superuser, `revoke all on public.pgate_journal from "${roleOf('reader')}"`)
      for (const args of [['wait', '--for', 'head'], ['verify']]) {
        expect([args, await pgate('reader', args)]).toEqual([args, 0])
      }
      expect(await pgate('reader', ['check'])).not.toBe(0)
    })
  })

  it('let a role wait that came before the first gate', async () => {
    await withNothingGranted(server, async ({ grant, pgate, envOf }) => {
      await grant('create')
      await grant('reader-before')
      const waiting = startPgate(['wait', '--for', 'head'], { env: envOf('reader') })
      await waiting.says(/wait done/)
      expect(await pgate('migrator', ['gate'])).toBe(0)
      expect((await waiting.ended).exitCode).toBe(0)
      for (const args of READS) {
        expect([args, await pgate('reader', args)]).toEqual([args, 0])
      }
    })
  })
})

describe.each(servers().slice(0, 1))('the grants of docs/security.md on $name', (server) => {
  it.each(
    ['owner', 'create', 'schema', 'role'].flatMap((block) =>
      grantsOf(block).map((number) => [statementsOf(block)[number] ?? '', block, number] as const),
    ),
  )('are each needed to migrate: %s (%s)', async (_, block, number) => {
    await withNothingGranted(server, async ({ grant, pgate, roleOf }) => {
      await grant(block, number)
      const env = {
        ...(block === 'schema' ? { PGATE_SCHEMA: 'tenant' } : {}),
        ...(block === 'role' ? { PGATE_ROLE: roleOf('owner') } : {}),
      }
      expect([31, 53]).toContain(await pgate('migrator', ['gate'], env))
    })
  })

  it.each(
    grantsOf('reader').map((number) => [statementsOf('reader')[number] ?? '', number] as const),
  )('are each needed to look: %s', async (_, number) => {
    await withNothingGranted(server, async ({ grant, pgate }) => {
      await grant('create')
      expect(await pgate('migrator', ['gate'])).toBe(0)
      await grant('reader', number)
      expect([31, 53]).toContain(await pgate('reader', ['check']))
    })
  })
})
