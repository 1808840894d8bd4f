import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readCatalog, readDigest } from '../../src/catalog/catalog.ts'
import { queryWithFixedSettings } from '../../src/catalog/fixed-settings.ts'
import { MIGRATOR_KEY } from '../../src/catalog/roles.sql.ts'
import { type CatalogScope, catalogScope } from '../../src/catalog/scope.ts'
import { type Session, withSession } from '../../src/postgres/session/session.ts'
import { withTransaction } from '../../src/postgres/session/transaction.ts'
import { readFingerprint } from '../../src/steps/verify/fingerprint.ts'
import type { Manifest } from '../../src/steps/verify/manifest/manifest.ts'
import { manifestOf } from '../../src/steps/verify/manifest/manifest-of.ts'
import { type Expected, verifyFailure, verifySchema } from '../../src/steps/verify/verify.ts'
import { stepContext } from '../support/cli/step.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { withClient } from '../support/database/query.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { anyServer, servers, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'
import {
  EVERYTHING,
  oldestAndEmbedded,
  outermostSources,
  schemaSources,
  withRichSchema,
} from './verify-sources.ts'

const SCOPE = catalogScope({ schema: 'public', versionTable: 'alembic_version' }, ['public'])

const SMALL = /* SQL */ `
  create table users (id bigint primary key, name text not null check (name <> ''));
  create index users_name on users (name);
  create table orders (id bigint primary key, user_id bigint references users (id));`

const OWN_TABLES = /* SQL */ `
  create table alembic_version (version_num varchar(32) not null primary key);
  insert into alembic_version values ('abc');
  create table pgate_journal (
    id bigint generated always as identity primary key, n serial, a text check (a <> ''));
  create index on pgate_journal (a);`

async function manifestFor(session: Session): Promise<Manifest> {
  const catalog = await readCatalog(session, { ...SCOPE, schemas: 'all' })
  return manifestOf(catalog, {
    heads: ['abc'],
    checksums: new Map([['abc', '0']]),
    schema: 'public',
    respelled: new Map(),
  })
}

/** As though the project knew of no schema but this one. */
async function publicManifest(session: Session): Promise<Manifest> {
  const manifest = await manifestFor(session)
  const objects = [...manifest.objects].filter(([key]) => !key.includes('audit'))
  return { ...manifest, schemas: ['public'], objects: new Map(objects) }
}

/** Looks twenty times a second until the query gives a row. */
async function until(session: Session, query: string): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if ((await session.query(query)).rows.length > 0) return
    await delay(50)
  }
  throw new Error(`never came true: ${query}`)
}

function expectedWith(more: Partial<Expected>): Expected {
  const versions = new Set(['abc'])
  return {
    manifest: null,
    versions,
    liveVersions: versions,
    extensions: [],
    strict: false,
    ...more,
  }
}

async function verify(session: Session, more: Partial<Expected>, env = {}) {
  const context = stepContext({ DATABASE_URL: 'postgres://nobody@nowhere/none', ...env })
  return verifySchema(context, session, expectedWith(more))
}

async function searchPath(session: Session): Promise<unknown> {
  return (await session.query('show search_path')).rows[0]
}

describe.each(oldestAndEmbedded())('the catalog on $name', (source) => {
  it('gives the digest that the server computes, again and again', async () => {
    await withRichSchema(source, async (session, catalog) => {
      expect(await readDigest(session, EVERYTHING)).toBe(catalog.digest)
      expect((await readCatalog(session, EVERYTHING)).digest).toBe(catalog.digest)
      await session.query('alter index users_like rename to users_unlike')
      expect(await readDigest(session, EVERYTHING)).not.toBe(catalog.digest)
    })
  })

  it('is the same whatever the session is set to, and leaves the settings alone', async () => {
    await withRichSchema(source, async (session, { digest }) => {
      await session.query(`
        set search_path = public, "Audit"; set timezone = 'Asia/Tokyo'; set datestyle = 'German';
        set intervalstyle = 'iso_8601'; set extra_float_digits = 0; set bytea_output = 'escape';
        set quote_all_identifiers = on`)
      expect(await readDigest(session, EVERYTHING)).toBe(digest)
      expect((await readCatalog(session, EVERYTHING)).digest).toBe(digest)
      expect(await searchPath(session)).toEqual({ search_path: 'public, "Audit"' })
      expect(session.transactionStatus()).toBe('idle')
      await session.query('reset all')
    })
  })

  it('puts the settings back inside a transaction too, and where reading fails', async () => {
    await source.lend(async (session) => {
      await session.query('set search_path = public')
      await withTransaction(session, async () => {
        await session.query('create table inside (id int)')
        const { objects } = await readCatalog(session, EVERYTHING)
        expect(objects.has('table public.inside')).toBe(true)
        expect(await searchPath(session)).toEqual({ search_path: 'public' })
      })
      await expect(queryWithFixedSettings(session, 'select 1 / 0')).rejects.toThrow()
      expect(session.transactionStatus()).toBe('idle')
      expect(await searchPath(session)).toEqual({ search_path: 'public' })
    })
  })

  it('is read without the statement_timeout of the application’s role', async () => {
    await source.lend(async (session) => {
      await session.query("set statement_timeout = '5s'")
      const inside = await queryWithFixedSettings(session, 'show statement_timeout')
      expect(inside.rows).toEqual([{ statement_timeout: '0' }])
      const { rows } = await session.query('show statement_timeout')
      expect(rows).toEqual([{ statement_timeout: '5s' }])
    })
  })

  it('leaves out what is pgate’s own, an extension’s, temporary or out of scope', async () => {
    await source.lend(async (session) => {
      await session.query(`${OWN_TABLES}
        create extension "uuid-ossp";
        create temp table passing (id int);
        create schema elsewhere;
        create table elsewhere.thing (id int)`)
      const { objects } = await readCatalog(session, SCOPE)
      const keys = [...objects.keys()].filter((key) => key !== MIGRATOR_KEY)
      expect(keys).toEqual(['extension "uuid-ossp"', 'schema public'])
    })
  })

  it('can be read by a role without rights', async () => {
    const role = `reader_${randomBytes(4).toString('hex')}`
    await withRichSchema(source, async (session) => {
      await session.query(OWN_TABLES)
      const scope: CatalogScope = { ...SCOPE, schemas: 'all' }
      const digest = await readDigest(session, scope)
      await session.query(`create role ${role}; set role ${role}`)
      expect(await readDigest(session, scope)).toBe(digest)
      await session.query(`reset role; drop role ${role}`)
    })
  })

  it('numbers beyond 2^53 stay exact', async () => {
    await source.lend(async (session) => {
      await session.query('create sequence s start 9007199254740993')
      const { objects } = await readCatalog(session, SCOPE)
      expect(objects.get('sequence public.s')).toMatchObject({ start: '9007199254740993' })
    })
  })
})

describe.each(outermostSources())('verify on $name', (source) => {
  it('passes on the schema of the manifest, and proves it again by one fingerprint', async () => {
    await source.lend(async (session) => {
      await session.query(SMALL)
      const manifest = await manifestFor(session)
      await session.query(OWN_TABLES)
      const outcome = await verify(session, { manifest })
      expect(outcome).toMatchObject({ mode: 'manifest', ok: true, faults: [], notices: [] })
      const fingerprint = await readFingerprint(session)
      await session.query('insert into users values (1, $1)', ['Ada'])
      expect(await readFingerprint(session)).toEqual(fingerprint)
      await session.query('drop index users_name')
      expect(await readFingerprint(session)).not.toEqual(fingerprint)
    })
  })

  it('names what is missing and different, with what was expected and found', async () => {
    await source.lend(async (session) => {
      await session.query(SMALL)
      const manifest = await manifestFor(session)
      await session.query(`drop index users_name; alter table users alter name type varchar(255);
        drop table orders; create table visitors (id int)`)
      const failure = verifyFailure(await verify(session, { manifest }))
      expect(failure).toMatchObject({
        code: 'VERIFY_DRIFT',
        exitCode: 60,
        facts: { missing: 6, extra: 2, faults: 0 },
      })
      expect(failure.message).toContain('missing   index public.users_name: expected CREATE INDEX')
      expect(failure.message).toContain('missing   table public.orders, with 4 parts')
      expect(failure.message).toContain(
        'different column public.users.name: type: expected text, found character varying(255)',
      )
      expect(failure.message).not.toContain('visitors')
    })
  })

  it('reports extra objects, and fails on them only when strict', async () => {
    await source.lend(async (session) => {
      await session.query(SMALL)
      const manifest = await manifestFor(session)
      await session.query('create table visitors (id int)')
      const outcome = await verify(session, { manifest })
      expect(outcome).toMatchObject({
        ok: true,
        notices: ['extra     table public.visitors, with 1 part'],
      })
      const strict = await verify(session, { manifest, strict: true })
      expect(strict.ok).toBe(false)
      expect(verifyFailure(strict)).toMatchObject({ code: 'VERIFY_DRIFT', facts: { extra: 2 } })
    })
  })

  it('checks the structure alone where the manifest is missing or stale, and says so', async () => {
    await source.lend(async (session) => {
      await session.query(SMALL)
      const manifest = await manifestFor(session)
      await session.query('drop table orders')
      const without = await verify(session, {})
      expect(without).toMatchObject({ mode: 'structure', ok: true })
      expect(without.notices).toEqual([
        'there is no manifest.json: only the structure was checked; `pgate manifest` writes one that fits',
      ])
      const stale = await verify(session, { manifest, staleReason: 'the manifest is old' })
      expect(stale).toMatchObject({ mode: 'structure', ok: true })
      expect(stale.notices[0]).toMatch(/^the manifest is old: only the structure/)
      const asked = await verify(session, { manifest }, { PGATE_VERIFY: 'structure' })
      expect(asked).toMatchObject({ mode: 'structure', ok: true, notices: [] })
      const off = await verify(session, { manifest }, { PGATE_VERIFY: 'off' })
      expect(off).toMatchObject({ mode: 'off', ok: true, objects: 0 })
    })
  })

  it('finds wrong version rows, missing and old extensions', async () => {
    await source.lend(async (session) => {
      await session.query('create extension "uuid-ossp"')
      const outcome = await verify(session, {
        liveVersions: new Set(['old']),
        extensions: [
          { name: 'uuid-ossp', floor: '1.0' },
          { name: 'uuid-ossp', floor: '99.1' },
          { name: 'hstore' },
        ],
      })
      expect(outcome.faults.map(({ subject, message }) => `${subject} ${message}`)).toEqual([
        'version rows are old, expected abc',
        'extension uuid-ossp is at 1.1, below 99.1',
        'extension hstore is not installed',
      ])
      expect(verifyFailure(outcome)).toMatchObject({ code: 'VERIFY_STRUCTURE', exitCode: 60 })
    })
  })

  it('reports a constraint that is not validated where no manifest promises it, with the statement that validates it', async () => {
    await source.lend(async (session) => {
      await session.query(`${SMALL}
        create domain word as text; create table words (w word);
        alter table users add constraint short check (length(name) < 10) not valid;
        alter domain word add constraint filled check (value <> '') not valid`)
      if (session.server.major >= 18)
        await session.query('alter table orders add constraint given not null user_id not valid')
      const unvalidated = [
        ...(session.server.major >= 18 ? ['column public.orders.user_id'] : []),
        'constraint public.users.short',
        'constraint public.word.filled',
      ]
      const { ok, notices } = await verify(session, {})
      const found = notices.filter((line) => line.includes('is not validated'))
      expect(ok).toBe(true)
      expect(found.map((line) => line.split(' is ')[0])).toEqual(unvalidated)
      for (const line of found) await session.query(line.split('; ')[1] ?? 'none')
      expect((await verify(session, {})).notices.join()).not.toContain('is not validated')
    })
  })

  it('finds a constraint that is not validated though the manifest promises it, and its remedy fixes it', async () => {
    await source.lend(async (session) => {
      await session.query(`${SMALL}
        alter table users add constraint short check (length(name) < 10)`)
      const manifest = await manifestFor(session)
      await session.query(`alter table users drop constraint short;
        alter table users add constraint short check (length(name) < 10) not valid`)
      const { faults } = await verify(session, { manifest })
      expect(faults.map(({ subject }) => subject)).toEqual(['constraint public.users.short'])
      for (const { remedy } of faults) await session.query(remedy.join('\n'))
      expect(await verify(session, { manifest })).toMatchObject({ ok: true })
    })
  })

  it('accepts a constraint that the manifest leaves unvalidated, validated or not', async () => {
    await source.lend(async (session) => {
      await session.query(`${SMALL}
        alter table users add constraint short check (length(name) < 10) not valid`)
      const manifest = await manifestFor(session)
      expect(await verify(session, { manifest })).toMatchObject({ ok: true, notices: [] })
      await session.query('alter table users validate constraint short')
      const outcome = await verify(session, { manifest })
      expect(outcome.ok).toBe(true)
      expect(outcome.notices).toEqual([
        'constraint public.users.short is validated, which is more than the manifest promises',
      ])
    })
  })

  it('takes an extension for the same in another schema', async () => {
    const schema = `create table things (id uuid primary key default uuid_generate_v4());
      create function first_of(a cube) returns float8 language sql return cube_ll_coord(a, 1)`
    const extensions = ['"uuid-ossp"', 'cube']
    const available = source.name === 'pglite' ? extensions.slice(0, 1) : extensions
    const build = async (session: Session, where: string) => {
      await session.query(
        `create schema if not exists ${where}; set search_path = public, ${where}`,
      )
      for (const name of available) await session.query(`create extension ${name} schema ${where}`)
      const [table, fn] = schema.split(';')
      await session.query(table ?? '')
      if (available.includes('cube')) await session.query(fn ?? '')
    }
    const manifest = await source.lend(async (session) => {
      await build(session, 'public')
      return manifestFor(session)
    })
    await source.lend(async (session) => {
      await build(session, 'extensions')
      const outcome = await verify(session, { manifest })
      expect(outcome).toMatchObject({ ok: true, drift: { missing: [], different: [], extra: [] } })
      expect(outcome.notices[0]).toBe(
        'extension "uuid-ossp" is in schema extensions, not in public; names are compared without the two',
      )
      await session.query('alter table things alter id set default uuid_generate_v1()')
      const changed = await verify(session, { manifest })
      expect(changed.drift.different.map(({ key }) => key)).toEqual(['column public.things.id'])
    })
  })
})

describe.each(anyServer())('verify on $name', (server) => {
  const it = testOn(server)

  const [source] = schemaSources().filter(({ name }) => name === server.name)

  it.each(['public', 'audit'])(
    'finds an index that a broken concurrent build left in the schema %s',
    async (schema) => {
      await source?.lend(async (session) => {
        await session.query(`${SMALL} create schema if not exists ${schema};
          create table ${schema}.words (id int, word text);
          insert into ${schema}.words values (1, 'a'), (2, 'a')`)
        const manifest = schema === 'public' ? null : await publicManifest(session)
        const passing = await verify(session, { manifest })
        expect(passing).toMatchObject({ ok: true })
        const build = `create unique index concurrently one_word on ${schema}.words (word)`
        await expect(session.query(build)).rejects.toThrow()
        const outcome = await verify(session, { manifest })
        expect(outcome).toMatchObject({
          ok: false,
          faults: [
            {
              kind: 'index',
              subject: `index ${schema}.one_word`,
              message: 'is not valid: a concurrent build was broken off',
              remedy: ['pgate verify --repair'],
            },
          ],
        })
        expect(outcome.digest).not.toBe(passing.digest)
        await session.query(`drop index ${schema}.one_word`)
        expect(await verify(session, { manifest })).toMatchObject({ digest: passing.digest })
      })
    },
  )

  it('reports an index that another session is building, unless it is promised', async ({
    database: { url },
  }) => {
    await withSession(databaseOf(url), patiently(), async (session) => {
      await session.query(SMALL)
      const manifest = await manifestFor(session)
      await withClient(url, async (writer) => {
        await writer.query(`begin; insert into users values (1, 'a')`)
        const build = withClient(url, (builder) =>
          builder.query('create index concurrently soon on users (name)'),
        )
        await until(session, `select from pg_index where not indisvalid`)
        const outcome = await verify(session, { manifest })
        expect(outcome).toMatchObject({ ok: true, faults: [] })
        expect(outcome.notices[0]).toMatch(
          /^index public\.soon is not valid yet: another session \(pid \d+\) is at work on it$/,
        )
        const objects = new Map(manifest.objects).set('index public.soon', {})
        const promised = await verify(session, { manifest: { ...manifest, objects } })
        expect(promised.faults).toMatchObject([{ subject: 'index public.soon' }])
        await writer.query('commit')
        await build
        expect((await verify(session, { manifest })).digest).not.toBe(outcome.digest)
      })
    })
  })

  it('finds a partitioned index that lacks a partition’s', async () => {
    await source?.lend(async (session) => {
      await session.query(`create table p (id int) partition by range (id);
        create table p1 partition of p for values from (0) to (10);
        create index p_id on only p (id)`)
      const { faults } = await verify(session, {})
      expect(faults.map(({ subject }) => subject)).toEqual(['index public.p_id'])
      await session.query('create index p1_id on p1 (id); alter index p_id attach partition p1_id')
      expect(await verify(session, {})).toMatchObject({ ok: true })
    })
  })

  it('stops when the signal aborts, with the signal’s reason', async () => {
    await source?.lend(async (session) => {
      const reason = new Error('enough')
      const signal = AbortSignal.abort(reason)
      const context = stepContext({ DATABASE_URL: 'postgres://nobody@nowhere/none' }, { signal })
      await expect(verifySchema(context, session, expectedWith({}))).rejects.toBe(reason)
    })
  })
})

describe.each(servers().filter(({ major }) => major >= 18))('verify on $name', (server) => {
  const [source] = schemaSources().filter(({ name }) => name === server.name)

  it('knows what 18 brought: virtual columns, NOT ENFORCED, not-null constraints', async () => {
    await source?.lend(async (session) => {
      await session.query(`${SMALL}
        alter table users add twice text generated always as (name || name) virtual;
        alter table users add constraint loose check (id > 0) not enforced;
        alter table orders add constraint has_user not null user_id not valid`)
      const catalog = await readCatalog(session, SCOPE)
      expect(catalog.objects.get('column public.users.twice')).toMatchObject({
        generatedKind: 'virtual',
      })
      expect(catalog.objects.has('constraint public.orders.has_user')).toBe(false)
      const { faults, notices } = await verify(session, {})
      expect(faults).toEqual([])
      const [statement = ''] = /ALTER TABLE .*?;/i.exec(notices.join('\n')) ?? []
      await session.query(statement)
      expect((await verify(session, {})).notices.join('\n')).not.toContain(statement)
    })
  })
})

describe.each(servers({ docker: true }).slice(0, 1))('through PgBouncer to $name', (server) => {
  it('reads the same, and leaves no setting behind on the shared connection', async () => {
    await withPgbouncer(server, 'transaction', (pooler) =>
      withDatabase(server, async ({ url, name }) => {
        const direct = await withSession(databaseOf(url), patiently(), async (session) => {
          await session.query(`${SMALL} alter database "${name}" set search_path = public`)
          return readDigest(session, SCOPE)
        })
        await withSession(databaseOf(pooler.urlOf(name)), patiently(), async (session) => {
          expect(await readDigest(session, SCOPE)).toBe(direct)
          expect(await searchPath(session)).toEqual({ search_path: 'public' })
        })
      }),
    )
  })
})

describe.each(servers().slice(0, 1))('a manifest of another major version on $name', (server) => {
  const [source] = schemaSources().filter(({ name }) => name === server.name)

  it('is compared by meaning, and what cannot be compared is reported', async () => {
    await source?.lend(async (session) => {
      await session.query(`${SMALL} create view names as select id, name from users`)
      const manifest = await manifestFor(session)
      const spelled = (key: string, definition: string): Manifest => ({
        ...manifest,
        server: manifest.server + 1,
        objects: new Map(manifest.objects).set(key, { definition }),
      })
      const same = spelled('view public.names', 'select users.id, users.name from public.users')
      expect(await verify(session, { manifest: same })).toMatchObject({ ok: true, notices: [] })
      const other = spelled('view public.names', 'select id, upper(name) as name from public.users')
      const outcome = await verify(session, { manifest: other })
      expect(outcome.ok).toBe(true)
      expect(outcome.notices).toEqual([
        expect.stringMatching(/^view public\.names: this server prints/),
      ])
      const check = spelled('constraint public.users.users_name_check', "CHECK (name <> '-'::text)")
      expect(await verify(session, { manifest: check })).toMatchObject({ ok: false })
    })
  })
})
