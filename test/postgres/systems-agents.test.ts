import { describe, expect } from 'vitest'
import { AGENTS, expectDone, pgateOf, serversFor } from '../support/cli/systems.ts'
import {
  columnTypes,
  foreignKeysWithoutIndex,
  indexDefinition,
  OWN_TABLES,
  oneValue,
  publicNames,
  refusal,
} from '../support/database/public-schema.ts'
import { queryRows } from '../support/database/query.ts'
import { withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const FIRST_TABLES = [
  'audit_logs',
  'hooks',
  'mcp_servers',
  'messages',
  'organizations',
  'reports',
  'sessions',
  'task_executions',
  'tasks',
  'tool_calls',
  'users',
  'working_directories',
]
const THIRD_TABLES = [
  'hook_executions',
  'permission_decisions',
  'session_metrics_snapshots',
  'working_directory_archives',
]

const NEW_USER = `
  with organization as (
    insert into organizations (name, slug) values ('one', 'one') returning id)
  insert into users (organization_id, email, username, password_hash)
  select id, 'ada@example.org', 'ada', 'x' from organization returning id`

const check = (constraint: string) => ({ sqlstate: '23514', constraint })

describe.each(serversFor(AGENTS))('agents on $name', (server) => {
  const it = testOn(server)

  const withHead = (use: (url: string) => Promise<void>) =>
    withDatabase(server, async ({ url }) => {
      expectDone(await pgateOf(AGENTS, url)('gate'))
      await use(url)
    })

  it('has its tables, and an index for every foreign key', async () => {
    await withHead(async (url) => {
      expect((await publicNames(url)).tables).toEqual(
        [...OWN_TABLES, ...FIRST_TABLES, ...THIRD_TABLES, 'session_templates'].sort(),
      )
      expect(await foreignKeysWithoutIndex(url)).toEqual([])
      expect(await columnTypes(url, 'audit_logs')).toMatchObject({
        ip_address: 'inet',
        details: 'jsonb',
      })
      expect(await columnTypes(url, 'messages')).toMatchObject({
        content: 'jsonb',
        is_partial: 'boolean',
        parent_message_id: 'uuid',
        thinking_content: 'text',
      })
      expect(await columnTypes(url, 'sessions')).toMatchObject({
        parent_session_id: 'uuid',
        template_id: 'uuid',
        archive_id: 'uuid',
        retries: 'integer',
        timeout_seconds: 'bigint',
        hooks_enabled: 'jsonb',
        permission_mode: 'character varying(50)',
      })
      expect(await columnTypes(url, 'tool_calls')).toMatchObject({
        retries: 'integer',
        hook_pre_data: 'jsonb',
        hook_post_data: 'jsonb',
      })
    })
  })

  it('has its unique, partial, descending and GIN indexes', async () => {
    await withHead(async (url) => {
      const definition = (index: string) => indexDefinition(url, index)
      expect(await definition('ix_users_email')).toMatch(/^CREATE UNIQUE INDEX .* \(email\)$/)
      expect(await definition('idx_templates_tags')).toMatch(/USING gin \(tags\)$/)
      expect(await definition('idx_templates_public')).toMatch(/ WHERE .*is_public/)
      for (const index of ['user_id', 'session_id', 'action', 'created_at']) {
        expect(await definition(`ix_audit_logs_${index}`)).toContain('created_at DESC)')
      }
      for (const index of ['hook_executions_input_data', 'permission_decisions_input_data']) {
        expect(await definition(`ix_${index}`)).toContain('USING gin')
      }
      const references = await queryRows<{ name: string; action: string }>(
        url,
        `select conname as name, pg_get_constraintdef(oid) as action from pg_constraint
          where conname in ('fk_sessions_template_id_session_templates',
            'fk_users_organization_id_organizations', 'fk_tool_calls_message_id_messages')
          order by 1`,
      )
      expect(
        references.map(({ name, action }) => [name, action.match(/ON DELETE .*/)?.[0]]),
      ).toEqual([
        ['fk_sessions_template_id_session_templates', 'ON DELETE SET NULL'],
        ['fk_tool_calls_message_id_messages', 'ON DELETE SET NULL'],
        ['fk_users_organization_id_organizations', 'ON DELETE CASCADE'],
      ])
    })
  })

  it('refuses what its checks do not list', async () => {
    await withHead(async (url) => {
      expect(
        await refusal(
          url,
          `insert into organizations (name, slug, plan) values ('x', 'x', 'gold')`,
        ),
      ).toEqual(check('ck_organizations_plan'))
      const user = await oneValue(url, NEW_USER)
      expect(await refusal(url, `update users set role = 'root'`)).toEqual(check('ck_users_role'))
      expect(await refusal(url, 'update users set disk_quota_mb = 0')).toEqual(
        check('ck_users_disk_quota'),
      )
      const template = `insert into session_templates (user_id, name, category) values ($1, 'x', $2)`
      expect(await refusal(url, template, [user, 'cooking'])).toEqual(
        check('ck_session_templates_category'),
      )
      expect(await refusal(url, template, [user, null])).toBeNull()
      expect(await refusal(url, template, [user, 'security'])).toBeNull()

      const session = await oneValue(
        url,
        'insert into sessions (user_id) values ($1) returning id',
        [user],
      )
      expect(await oneValue(url, 'select status from sessions')).toBe('created')
      expect(await refusal(url, `update sessions set status = 'paused'`)).toEqual(
        check('ck_sessions_status'),
      )
      const archive = `insert into working_directory_archives
        (session_id, archive_path, status, storage_backend, size_bytes) values ($1, '/a', $2, $3, $4)`
      expect(await refusal(url, archive, [session, 'lost', 's3', 1])).toEqual(
        check('ck_working_directory_archives_status'),
      )
      expect(await refusal(url, archive, [session, 'pending', 'tape', 1])).toEqual(
        check('ck_working_directory_archives_storage_backend'),
      )
      expect(await refusal(url, archive, [session, 'pending', 's3', -1])).toEqual(
        check('ck_working_directory_archives_size_bytes'),
      )
      expect(await refusal(url, archive, [session, 'in_progress', 'filesystem', 1])).toBeNull()
    })
  })

  it('numbers the messages of a session once each, and keeps a call whose message is gone', async () => {
    await withHead(async (url) => {
      const user = await oneValue(url, NEW_USER)
      const session = await oneValue(
        url,
        'insert into sessions (user_id) values ($1) returning id',
        [user],
      )
      const message = `insert into messages (session_id, message_type, content, sequence_number)
        values ($1, 'user', '[]', 1) returning id`
      const first = await oneValue(url, message, [session])
      expect(await refusal(url, message, [session])).toEqual({
        sqlstate: '23505',
        constraint: 'uq_messages_session_id_sequence_number',
      })
      await queryRows(
        url,
        `insert into tool_calls (session_id, message_id, tool_name, tool_use_id)
         values ($1, $2, 'Bash', 'one')`,
        [session, first],
      )
      await queryRows(url, 'delete from messages')
      expect(await queryRows(url, 'select message_id from tool_calls')).toEqual([
        { message_id: null },
      ])
      await queryRows(url, 'delete from organizations')
      expect(await oneValue(url, 'select count(*)::int from tool_calls')).toBe(0)
    })
  })

  it('goes up by +1 and by id, and logs each revision as Alembic does', async ({
    database: { url },
  }) => {
    const pgate = pgateOf(AGENTS, url)
    const first = await pgate('upgrade', '+1')
    expect(first.stderr).toContain(
      'Running upgrade <base> -> 972fc63ffb69, initial database schema',
    )
    expect((await publicNames(url)).tables).toEqual([...OWN_TABLES, ...FIRST_TABLES].sort())
    expect(await columnTypes(url, 'tasks')).toMatchObject({ timeout_seconds: 'integer' })
    expect(await indexDefinition(url, 'ix_audit_logs_action')).toContain('(action, created_at)')

    const second = await pgate('upgrade', '567cc0f251e5')
    expect(second.stderr).toContain(
      'Running upgrade 972fc63ffb69 -> 567cc0f251e5, add session templates table',
    )
    expect((await pgate('current')).stdout).toBe('567cc0f251e5\n')
    expectDone(await pgate('upgrade'))
    expect((await pgate('current')).stdout).toBe('c0b7d0e366e7 (head)\n')
    expect(await columnTypes(url, 'tasks')).toMatchObject({ timeout_seconds: 'bigint' })

    const back = await pgate('downgrade', '972fc63ffb69')
    expect(back.stderr).toContain(
      'Running downgrade c0b7d0e366e7 -> 567cc0f251e5, phase1 claude sdk v2 foundation',
    )
    expect((await pgate('current')).stdout).toBe('972fc63ffb69\n')
    expect((await publicNames(url)).tables).toEqual([...OWN_TABLES, ...FIRST_TABLES].sort())
    expect(await columnTypes(url, 'tasks')).toMatchObject({ timeout_seconds: 'integer' })
  })

  it('gives the states of sessions their new names, and the old ones back', async ({
    database: { url },
  }) => {
    const pgate = pgateOf(AGENTS, url)
    await pgate('upgrade', '567cc0f251e5')
    const user = await oneValue(url, NEW_USER)
    await queryRows(
      url,
      `insert into sessions (user_id, name, status)
         values ($1, 'a', 'initializing'), ($1, 'b', 'paused'), ($1, 'c', 'active')`,
      [user],
    )
    const states = async () => {
      const rows = await queryRows<{ status: string }>(
        url,
        'select status from sessions order by name',
      )
      return rows.map(({ status }) => status)
    }
    expectDone(await pgate('upgrade', 'head'))
    expect(await states()).toEqual(['created', 'waiting', 'active'])
    await queryRows(
      url,
      `insert into sessions (user_id, name, status) values ($1, 'd', 'archived')`,
      [user],
    )
    expectDone(await pgate('downgrade', '-1'))
    expect(await states()).toEqual(['initializing', 'paused', 'active', 'completed'])
  })

  it('keeps a timeout that no integer holds, and the revision with it', async () => {
    await withHead(async (url) => {
      const user = await oneValue(url, NEW_USER)
      await queryRows(
        url,
        `insert into tasks (user_id, name, prompt_template, timeout_seconds)
         values ($1, 'x', 'x', 3000000000)`,
        [user],
      )
      const before = await publicNames(url)
      const refused = await pgateOf(AGENTS, url)('downgrade', '-1')
      expect(refused.exitCode).toBe(53)
      expect(refused.stdout).toContain('integer out of range')
      expect(await publicNames(url)).toEqual(before)
      expect(await oneValue(url, 'select timeout_seconds::text from tasks')).toBe('3000000000')
      expect(await oneValue(url, 'select version_num from alembic_version')).toBe(AGENTS.head)
    })
  })

  it('prints its history newest first, down to the base', async () => {
    const history = await pgateOf(AGENTS, server.url)('history')
    expect(history.stdout).toBe(`\
567cc0f251e5 -> c0b7d0e366e7 (head), phase1 claude sdk v2 foundation
972fc63ffb69 -> 567cc0f251e5, add session templates table
<base> -> 972fc63ffb69, initial database schema
`)
  })
})
