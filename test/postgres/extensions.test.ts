import { describe, expect } from 'vitest'
import type { DeclaredExtension } from '../../src/config/config.ts'
import {
  applyExtensions,
  planExtensions,
  readInstalled,
} from '../../src/steps/extensions/extensions.ts'
import { checkInstalled } from '../../src/steps/extensions/state.ts'
import { gateError, stepContext, withTestSession } from '../support/cli/step.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, servers, type TestDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** What the extensions step does, without the lock. */
async function setUp(
  url: string,
  wanted: readonly DeclaredExtension[],
  env: Readonly<Record<string, string>> = {},
) {
  const context = stepContext({ DATABASE_URL: url, ...env })
  return withTestSession(url, async (session) => {
    const plan = await planExtensions(session, wanted)
    const { applied } = await applyExtensions(context, session, plan)
    const faults = checkInstalled(wanted, await readInstalled(session))
    return { plan, applied, faults, reported: context.logged }
  })
}

async function installed(url: string) {
  return queryRows<{ name: string; version: string; schema: string }>(
    url,
    `select extname::text as name, extversion as version, extnamespace::regnamespace::text as schema
     from pg_extension where extname <> 'plpgsql' order by 1`,
  )
}

/** Lends a role of its own that may log in and owns nothing. */
async function withRole(
  { url, name }: TestDatabase,
  use: (url: string, role: string) => Promise<void>,
) {
  const role = `${name.slice(0, 50)}_role`
  await queryRows(url, `create role "${role}" login password 'also only a test'`)
  try {
    const asRole = new URL(url)
    asRole.username = role
    asRole.password = 'also only a test'
    await use(asRole.href, role)
  } finally {
    await queryRows(url, `drop owned by "${role}" cascade; drop role "${role}"`)
  }
}

describe.each(anyServer())('extensions on $name', (server) => {
  const it = testOn(server)

  it('creates what is missing, hyphens and all, and has nothing to do the second time', async ({
    database: { url },
  }) => {
    const wanted = [{ name: 'uuid-ossp' }, { name: 'pg_trgm', floor: '1.3' }]
    const first = await setUp(url, wanted)
    expect(first.applied).toMatchObject([
      { name: 'uuid-ossp', outcome: 'created' },
      { name: 'pg_trgm', outcome: 'created' },
    ])
    expect(first.reported.map(({ event }) => event)).toEqual([
      'extension.created',
      'extension.created',
    ])
    expect(first.faults).toEqual([])
    const second = await setUp(url, wanted)
    expect(second).toMatchObject({ plan: { actions: [], notes: [] }, applied: [], reported: [] })
  })

  it('reads with one query, and writes nothing, where all is right', async ({
    database: { url },
  }) => {
    await queryRows(url, 'create extension hstore')
    await withTestSession(url, async (session) => {
      const asked: string[] = []
      const spied = {
        ...session,
        query: <Row>(text: string, values?: readonly unknown[]) => {
          asked.push(text)
          return session.query<Row>(text, values)
        },
      }
      await session.query('begin read only')
      const plan = await planExtensions(spied, [{ name: 'hstore', floor: '1.0' }])
      await session.query('commit')
      expect(plan.actions).toEqual([])
      expect(asked).toHaveLength(1)
    })
  })

  it('updates one below its floor to the default version', async ({ database: { url } }) => {
    await queryRows(url, `create extension hstore version '1.4'`)
    const { plan, applied } = await setUp(url, [{ name: 'hstore', floor: '1.5' }])
    expect(plan.actions).toMatchObject([{ kind: 'update', from: '1.4', to: '1.8' }])
    expect(applied).toMatchObject([{ name: 'hstore', outcome: 'updated' }])
    expect(await installed(url)).toEqual([{ name: 'hstore', version: '1.8', schema: 'public' }])
  })

  it('leaves an older version alone where no floor asks for more', async ({
    database: { url },
  }) => {
    await queryRows(url, `create extension hstore version '1.4'`)
    expect((await setUp(url, [{ name: 'hstore' }])).plan.actions).toEqual([])
  })

  it('refuses a floor that the server cannot meet', async ({ database: { url } }) => {
    const error = await gateError(setUp(url, [{ name: 'hstore', floor: '99' }]))
    expect(error).toMatchObject({ code: 'EXTENSION_TOO_OLD', exitCode: 40 })
    expect(error.facts.problems).toMatchObject([{ name: 'hstore', floor: '99', newest: '1.8' }])
    await queryRows(url, 'create extension hstore')
    const again = await gateError(setUp(url, [{ name: 'hstore', floor: '99' }]))
    expect(again.facts.problems).toMatchObject([{ installed: '1.8', newest: '1.8' }])
  })

  it('finds everything unavailable at once, and creates nothing then', async ({
    database: { url },
  }) => {
    const wanted = [{ name: 'hstore' }, { name: 'uuid_ossp' }, { name: 'no_such_thing' }]
    const error = await gateError(setUp(url, wanted))
    expect(error).toMatchObject({ code: 'EXTENSION_UNAVAILABLE', exitCode: 40 })
    expect(error.message).toContain('uuid_ossp')
    expect(error.message).toContain('no_such_thing')
    expect(error.hint).toContain('Did you mean uuid-ossp?')
    expect(await installed(url)).toEqual([])
  })

  it('creates the declared schema with the extension in it', async ({ database: { url } }) => {
    const wanted = [{ name: 'pg_trgm', schema: 'My Extensions' }]
    const { plan } = await setUp(url, wanted)
    expect(plan.actions).toMatchObject([{ createsSchema: true }])
    expect(await installed(url)).toMatchObject([{ name: 'pg_trgm', schema: '"My Extensions"' }])
    const other = await setUp(url, [{ name: 'pg_trgm', schema: 'elsewhere' }])
    expect(other.plan.actions).toEqual([])
    expect(other.plan.notes).toEqual([expect.stringContaining('in schema My Extensions')])
  })

  it('leaves no schema behind where the extension fails after it', async ({ database }) => {
    await withRole(database, async (url, role) => {
      await queryRows(database.url, `grant create on database "${database.name}" to "${role}"`)
      const error = await gateError(setUp(url, [{ name: 'dblink', schema: 'extensions' }]))
      expect(error).toMatchObject({ code: 'EXTENSION_NOT_PERMITTED' })
      expect(await queryRows(url, `select from pg_namespace where nspname = 'extensions'`)).toEqual(
        [],
      )
    })
  })

  it('says what is in the way where the server fails to create it', async ({
    database: { url },
  }) => {
    await queryRows(url, 'create type hstore as (a int)')
    const error = await gateError(setUp(url, [{ name: 'hstore' }]))
    expect(error).toMatchObject({ code: 'EXTENSION_FAILED', exitCode: 40 })
    expect(error.facts).toMatchObject({ extension: 'hstore', sqlstate: '42710' })
    expect(await installed(url)).toEqual([])
  })

  it('brings along what an extension requires', async ({ database: { url } }) => {
    const { plan } = await setUp(url, [{ name: 'earthdistance' }])
    expect(plan.actions).toMatchObject([{ name: 'earthdistance', brings: ['cube'] }])
    expect((await installed(url)).map(({ name }) => name)).toEqual(['cube', 'earthdistance'])
  })

  it('creates a declared requirement at its own place first', async ({ database: { url } }) => {
    await setUp(url, [{ name: 'earthdistance' }, { name: 'cube', schema: 'shapes' }])
    expect(await installed(url)).toMatchObject([
      { name: 'cube', schema: 'shapes' },
      { name: 'earthdistance', schema: 'public' },
    ])
  })

  it('says what a role without rights may not do, and what somebody else can run', async ({
    database,
  }) => {
    await withRole(database, async (url, role) => {
      const wanted = [{ name: 'uuid-ossp' }, { name: 'dblink' }]
      const error = await gateError(setUp(url, wanted))
      expect(error).toMatchObject({ code: 'EXTENSION_NOT_PERMITTED', exitCode: 41 })
      expect(error.facts).toMatchObject({
        role,
        database: database.name,
        sqlstate: '42501',
        extensions: ['uuid-ossp', 'dblink'],
        statements: ['create extension "uuid-ossp";', 'create extension "dblink";'],
      })
      expect(error.hint).toContain('PGATE_ADMIN_URL')
      for (const statement of error.facts.statements as readonly string[]) {
        await queryRows(database.url, statement)
      }
      expect((await setUp(url, wanted)).plan.actions).toEqual([])
    })
  })

  it('prints for a trusted extension the grant that is really enough', async ({ database }) => {
    await withRole(database, async (url, role) => {
      await queryRows(database.url, `grant create on schema public to "${role}"`)
      const error = await gateError(setUp(url, [{ name: 'hstore' }]))
      const grant = `grant create on database "${database.name}" to "${role}";`
      expect(error.hint).toContain(grant)
      await queryRows(database.url, grant)
      const { applied } = await setUp(url, [{ name: 'hstore' }])
      expect(applied).toMatchObject([{ outcome: 'created' }])
    })
  })

  it('may not update what another role owns, and says the statement', async ({ database }) => {
    await queryRows(database.url, `create extension hstore version '1.4'`)
    await withRole(database, async (url) => {
      const error = await gateError(setUp(url, [{ name: 'hstore', floor: '1.8' }]))
      expect(error).toMatchObject({ code: 'EXTENSION_NOT_PERMITTED' })
      expect(error.facts.statements).toEqual([`alter extension "hstore" update to '1.8';`])
    })
  })
})

describe.each(anyServer({ vector: true }))('pgvector on $name', (server) => {
  const it = testOn(server)

  it('is created together with uuid-ossp, as declared by default', async ({
    database: { url },
  }) => {
    const { config } = stepContext({ DATABASE_URL: url })
    const { applied, faults } = await setUp(url, config.extensions)
    expect(applied.map(({ name }) => name)).toEqual(['vector', 'uuid-ossp'])
    expect(faults).toEqual([])
    expect(await queryRows(url, `select '[1,2]'::vector <-> '[1,3]' as d`)).toEqual([{ d: 1 }])
  })

  it('meets a floor by its default version', async ({ database: { url } }) => {
    const { faults } = await setUp(url, [{ name: 'vector', floor: '0.7' }])
    expect(faults).toEqual([])
  })

  it('is what pgvector was meant to be', async ({ database: { url } }) => {
    const error = await gateError(setUp(url, [{ name: 'pgvector' }]))
    expect(error.hint).toContain('Did you mean vector?')
  })
})

describe.each(servers().filter((server) => !server.vector))('without pgvector: $name', (server) => {
  const it = testOn(server)

  it('names the package and the image that have it', async ({ database: { url } }) => {
    const error = await gateError(setUp(url, [{ name: 'vector' }, { name: 'uuid-ossp' }]))
    expect(error).toMatchObject({ code: 'EXTENSION_UNAVAILABLE', exitCode: 40 })
    expect(error.facts.problems).toEqual([{ kind: 'unavailable', name: 'vector' }])
    expect(error.hint).toContain(`postgresql-${server.major}-pgvector`)
    expect(error.hint).toContain(`pgvector/pgvector:pg${server.major}`)
  })
})
