import { describe, expect } from 'vitest'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { expectDone, pgateOf, RAGCHAT, serversFor } from '../support/cli/systems.ts'
import {
  columnTypes,
  indexDefinition,
  OWN_TABLES,
  oneValue,
  publicNames,
  refusal,
} from '../support/database/public-schema.ts'
import { queryRows } from '../support/database/query.ts'
import { withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const TABLES = [
  'conversations',
  'documents',
  'knowledge_pools',
  'messages',
  'scratchpad_entries',
  'user_memories',
  'users',
]

const NEW_USER = `insert into users (username, email, password_hash)
  values ('ada', 'ada@example.org', 'x') returning id`

describe.each(serversFor(RAGCHAT))('ragchat on $name', (server) => {
  const it = testOn(server)

  const withHead = (use: (url: string) => Promise<void>) =>
    withDatabase(server, async ({ url }) => {
      expectDone(await pgateOf(RAGCHAT, url)('gate'))
      await use(url)
    })

  it('has its tables, enums, indexes and cascades', async () => {
    await withHead(async (url) => {
      const names = await publicNames(url)
      expect(names.tables).toEqual([...OWN_TABLES, ...TABLES].sort())
      const enums = await queryRows(
        url,
        `select t.typname as name, array_agg(e.enumlabel::text order by e.enumsortorder) as labels
           from pg_type t join pg_enum e on e.enumtypid = t.oid group by 1 order by 1`,
      )
      expect(enums).toEqual([
        { name: 'document_status', labels: ['pending', 'processing', 'completed', 'failed'] },
        { name: 'message_role', labels: ['user', 'assistant', 'system'] },
        { name: 'scratchpad_entry_type', labels: ['todo', 'note', 'journal'] },
      ])
      expect(await columnTypes(url, 'messages')).toMatchObject({
        role: 'message_role',
        metadata: 'jsonb',
      })
      for (const [index, columns] of [
        ['idx_messages_conversation_created', '(conversation_id, created_at)'],
        ['idx_scratchpad_user_type', '(user_id, entry_type)'],
        ['idx_user_memories_importance', '(user_id, importance DESC)'],
      ] as const) {
        expect(await indexDefinition(url, index)).toContain(columns)
      }
      expect(
        await queryRows(
          url,
          `select conname from pg_constraint where contype = 'f' and confdeltype <> 'c'`,
        ),
      ).toEqual([])
    })
  })

  it('gives a user an id, a time and, from the second revision on, a time zone', async ({
    database: { url },
  }) => {
    const pgate = pgateOf(RAGCHAT, url)
    await pgate('upgrade', '001')
    await queryRows(url, NEW_USER)
    await pgate('upgrade')
    expect(await columnTypes(url, 'users')).toMatchObject({ timezone: 'character varying(50)' })
    expect(
      await queryRows(
        url,
        `select timezone, created_at > now() - interval '1 hour' as fresh from users`,
      ),
    ).toEqual([{ timezone: 'UTC', fresh: true }])
  })

  it('refuses what its enums and checks do not list', async () => {
    await withHead(async (url) => {
      const user = await oneValue(url, NEW_USER)
      const conversation = await oneValue(
        url,
        'insert into conversations (user_id) values ($1) returning id',
        [user],
      )
      const message = `insert into messages (conversation_id, role, content) values ($1, $2, 'x')`
      expect(await refusal(url, message, [conversation, 'tool'])).toMatchObject({
        sqlstate: '22P02',
      })
      expect(await refusal(url, message, [conversation, 'assistant'])).toBeNull()
      const memory = `insert into user_memories (user_id, content, importance) values ($1, 'x', $2)`
      expect(await refusal(url, memory, [user, 2])).toMatchObject({ sqlstate: '23514' })
      expect(await refusal(url, memory, [user, 0.9])).toBeNull()
      await queryRows(url, 'delete from users')
      expect(await oneValue(url, 'select count(*)::int from messages')).toBe(0)
    })
  })

  it('is empty after a reset, its enums gone too', async () => {
    await withHead(async (url) => {
      const pgate = pgateOf(RAGCHAT, url)
      expect((await pgate('reset')).exitCode).toBe(2)
      expect((await publicNames(url)).tables).toHaveLength(OWN_TABLES.length + TABLES.length)
      expectDone(await pgate('reset', '--yes'))
      expect(await publicNames(url)).toMatchObject({ tables: OWN_TABLES, types: [] })
      expectDone(await pgate('gate'))
    })
  })

  it('gets a new revision by the verb create', async () => {
    await withRevisionFolder(async (folder) => {
      const pgate = pgateOf(RAGCHAT, server.url, folder.path)
      expectDone(await pgate('create', '-m', 'add pinned messages', '--rev-id', '003'))
      expect((await pgate('history')).stdout.split('\n')[0]).toBe(
        '002 -> 003 (head), add pinned messages',
      )
    }, RAGCHAT.migrations)
  })
})
