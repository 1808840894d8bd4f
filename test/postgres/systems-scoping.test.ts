import { readFile } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { example, expectDone, pgateOf, SCOPING, serversFor } from '../support/cli/systems.ts'
import {
  columnTypes,
  OWN_TABLES,
  oneValue,
  publicNames,
  refusal,
} from '../support/database/public-schema.ts'
import { queryRows } from '../support/database/query.ts'
import { withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const TABLES = [
  'checkpoints',
  'consistency_reports',
  'conversation_history',
  'project_charters',
  'quality_metrics',
  'sessions',
  'stage_data',
]

const NEW_SESSION = `insert into sessions (user_id, project_name, status, last_updated_at)
  values ($1, 'churn model', $2, now() - $3::interval) returning id`

describe.each(serversFor(SCOPING))('scoping on $name', (server) => {
  const it = testOn(server)

  const withHead = (use: (url: string) => Promise<void>) =>
    withDatabase(server, async ({ url }) => {
      expectDone(await pgateOf(SCOPING, url)('gate'))
      await use(url)
    })

  it('has its tables, functions, triggers and columns', async () => {
    await withHead(async (url) => {
      const names = await publicNames(url)
      expect(names.tables).toEqual([...OWN_TABLES, ...TABLES].sort())
      expect(names.functions).toEqual([
        'get_active_sessions_count',
        'get_session_progress',
        'mark_abandoned_sessions',
        'update_sessions_timestamp',
        'update_stage_data_timestamp',
      ])
      expect(names.triggers).toEqual(['trigger_sessions_timestamp', 'trigger_stage_data_timestamp'])
      expect(names.indexes).toContain('idx_sessions_email')
      expect(await columnTypes(url, 'sessions')).toMatchObject({
        user_id: 'character varying(500)',
        email: 'character varying(255)',
        project_name: 'character varying(255)',
        last_updated_at: 'timestamp with time zone',
      })
      expect(await columnTypes(url, 'stage_data')).toMatchObject({ responses: 'jsonb' })
      expect(await queryRows(url, 'select extname from pg_extension order by 1')).toEqual([
        { extname: 'plpgsql' },
        { extname: 'uuid-ossp' },
      ])
    })
  })

  it('makes user_id wide, and email, only in their revisions', async ({ database: { url } }) => {
    const pgate = pgateOf(SCOPING, url)
    await pgate('upgrade', '03033cebb647')
    const first = await columnTypes(url, 'sessions')
    expect(first).toMatchObject({ user_id: 'character varying(255)' })
    expect(first).not.toHaveProperty('email')
    await pgate('upgrade', '5be8f02d6c17')
    expect(await columnTypes(url, 'sessions')).toMatchObject({
      user_id: 'character varying(500)',
      email: 'character varying(255)',
    })
    expect((await publicNames(url)).indexes).not.toContain('idx_sessions_email')
  })

  it('counts active sessions, reports the progress of one, and marks the abandoned', async () => {
    await withHead(async (url) => {
      const session = await oneValue(url, NEW_SESSION, ['ada', 'active', '0'])
      await queryRows(url, NEW_SESSION, ['bob', 'active', '8 days'])
      await queryRows(url, NEW_SESSION, ['cid', 'paused', '6 days'])
      await queryRows(url, NEW_SESSION, ['dot', 'completed', '9 days'])
      expect(await oneValue(url, 'select get_active_sessions_count()::int')).toBe(2)

      const progress = (id: unknown) =>
        oneValue(url, 'select get_session_progress($1)::float8', [id])
      expect(await progress(session)).toBe(0)
      await queryRows(
        url,
        `insert into stage_data (session_id, stage_number, is_complete)
         values ($1, 1, true), ($1, 2, true), ($1, 3, false)`,
        [session],
      )
      expect(await progress(session)).toBe(40)
      expect(await progress('00000000-0000-0000-0000-000000000000')).toBeNull()

      expect(await oneValue(url, 'select mark_abandoned_sessions()')).toBe(1)
      expect(await oneValue(url, 'select mark_abandoned_sessions()')).toBe(0)
      expect(await queryRows(url, 'select user_id, status from sessions order by 1')).toEqual([
        { user_id: 'ada', status: 'active' },
        { user_id: 'bob', status: 'abandoned' },
        { user_id: 'cid', status: 'paused' },
        { user_id: 'dot', status: 'completed' },
      ])
    })
  })

  it('renews the timestamps of what is updated', async () => {
    await withHead(async (url) => {
      const session = await oneValue(url, NEW_SESSION, ['ada', 'active', '2 days'])
      await queryRows(
        url,
        `insert into stage_data (session_id, stage_number, updated_at)
         values ($1, 1, now() - interval '2 days')`,
        [session],
      )
      await queryRows(url, `update sessions set project_name = 'churn'`)
      await queryRows(url, `update stage_data set responses = '{"goal": "less churn"}'`)
      const fresh = await queryRows(
        url,
        `select s.last_updated_at > now() - interval '1 hour' as session,
                d.updated_at > now() - interval '1 hour' as stage,
                d.created_at < d.updated_at as later
           from sessions s join stage_data d on d.session_id = s.id`,
      )
      expect(fresh).toEqual([{ session: true, stage: true, later: true }])
    })
  })

  it('refuses states, stages and decisions that are not on the list', async () => {
    await withHead(async (url) => {
      expect(await refusal(url, NEW_SESSION, ['ada', 'lost', '0'])).toEqual({
        sqlstate: '23514',
        constraint: 'sessions_status_check',
      })
      const session = await oneValue(url, NEW_SESSION, ['ada', 'active', '0'])
      const stage = 'insert into stage_data (session_id, stage_number) values ($1, $2)'
      expect(await refusal(url, stage, [session, 6])).toMatchObject({ sqlstate: '23514' })
      expect(await refusal(url, stage, [session, 5])).toBeNull()
      expect(await refusal(url, stage, [session, 5])).toMatchObject({ sqlstate: '23505' })
      const charter = `insert into project_charters (session_id, charter, governance_decision)
        values ($1, '{}', $2)`
      expect(await refusal(url, charter, [session, 'maybe'])).toMatchObject({ sqlstate: '23514' })
      expect(await refusal(url, charter, [session, 'proceed'])).toBeNull()
    })
  })

  it('fills the email of old sessions without making them look touched', async ({
    database: { url },
  }) => {
    const pgate = pgateOf(SCOPING, url)
    await pgate('upgrade', 'c94e17ab3d08')
    await queryRows(url, NEW_SESSION, ['Ada@Example.org', 'active', '8 days'])
    await queryRows(url, NEW_SESSION, ['bob', 'active', '8 days'])
    await queryRows(url, NEW_SESSION, [`${'c'.repeat(250)}@example.org`, 'active', '8 days'])
    expectDone(await pgate('upgrade', 'head'))
    expect(await queryRows(url, 'select email from sessions order by user_id')).toEqual(
      expect.arrayContaining([{ email: 'ada@example.org' }, { email: null }, { email: null }]),
    )
    expect(await oneValue(url, 'select mark_abandoned_sessions()')).toBe(3)
    expectDone(await pgate('downgrade', '-1'))
    expect(await oneValue(url, 'select count(email)::int from sessions')).toBe(0)
  })

  it('keeps nothing of a revision that fails half-way, and goes on when it is fixed', async () => {
    const upgrade = `CREATE TABLE reviewers (id uuid PRIMARY KEY DEFAULT uuid_generate_v4());
CREATE FUNCTION reviewers_count() RETURNS bigint
LANGUAGE sql AS 'SELECT count(*) FROM reviewers';
UPDATE sessions SET project_name = 'half';
ALTER TABLE stage_data ADD COLUMN reviewer_id uuid REFERENCES reviewer (id);`
    const file = '20251201_1000_d00d5c09e001_add_reviewers.sql'
    await withRevisionFolder(async (folder) => {
      await withHead(async (url) => {
        const pgate = pgateOf(SCOPING, url, folder.path)
        await queryRows(url, NEW_SESSION, ['ada', 'active', '0'])
        const before = await publicNames(url)
        const write = (text: string) =>
          folder.write(
            file,
            revisionText({ id: 'd00d5c09e001', revises: SCOPING.head, upgrade: text }),
          )

        await write(upgrade)
        const failed = await pgate('gate')
        expect(failed.exitCode).toBe(53)
        expect(failed.stdout).toContain(`${file}:12:1: relation "reviewer" does not exist`)
        expect(await publicNames(url)).toEqual(before)
        expect(await columnTypes(url, 'stage_data')).not.toHaveProperty('reviewer_id')
        expect(await oneValue(url, 'select project_name from sessions')).toBe('churn model')
        expect(await oneValue(url, 'select version_num from alembic_version')).toBe(SCOPING.head)

        await write(upgrade.replace('REFERENCES reviewer ', 'REFERENCES reviewers '))
        expectDone(await pgate('gate'))
        expect((await publicNames(url)).functions).toContain('reviewers_count')
        expect(await oneValue(url, 'select version_num from alembic_version')).toBe('d00d5c09e001')
      })
    }, SCOPING.migrations)
  })

  it('does not narrow user_id while that would cut one off', async () => {
    await withHead(async (url) => {
      const pgate = pgateOf(SCOPING, url)
      const long = 'x'.repeat(256)
      await queryRows(url, NEW_SESSION, [long, 'active', '0'])
      const refused = await pgate('downgrade', '7a1d4c9be230')
      expect(refused.exitCode).toBe(53)
      expect(refused.stdout).toContain('1 sessions have a user_id of more than 255 characters')
      expect(await oneValue(url, 'select version_num from alembic_version')).toBe('5be8f02d6c17')
      expect(await oneValue(url, 'select user_id from sessions')).toBe(long)
      await queryRows(url, 'delete from sessions')
      expectDone(await pgate('downgrade', '7a1d4c9be230'))
      expect(await columnTypes(url, 'sessions')).toMatchObject({
        user_id: 'character varying(255)',
      })
    })
  })

  it('is stamped where init.sql has made the schema, and not where part of it is missing', async ({
    database: { url },
  }) => {
    const init = await readFile(example('scoping/init.sql'), 'utf8')

    const pgate = pgateOf(SCOPING, url)
    await queryRows(url, init)
    await queryRows(url, 'drop index idx_sessions_email')
    const refused = await pgate('stamp', 'head')
    expect(refused.exitCode).toBe(60)
    expect(refused.stdout).toContain('idx_sessions_email')
    expect((await publicNames(url)).tables).toEqual(TABLES)
    await queryRows(url, 'create index idx_sessions_email on sessions (email)')
    expectDone(await pgate('stamp', 'head'))
    expect((await pgate('current')).stdout).toBe(`${SCOPING.head} (head)\n`)
    expectDone(await pgate('gate'))
    expectDone(await pgate('verify', '--strict'))
    expectDone(await pgate('downgrade', 'base'))
    expect((await publicNames(url)).tables).toEqual(OWN_TABLES)
  })
})
