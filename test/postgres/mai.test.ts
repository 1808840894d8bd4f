import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const TABLES = ['conversations', 'memories', 'messages', 'user_sessions', 'users']
const HEAD = 'b83d5e0f6c21'

function gate(url: string, env: Record<string, string> = {}) {
  const asyncpg = url
    .replace('postgres://', 'postgresql+asyncpg://')
    .replace('postgresql://', 'postgresql+asyncpg://')
  return runPgateHere([], {
    env: { DATABASE__URL: asyncpg, PGATE_MIGRATIONS: MAI_MIGRATIONS, ...env },
  })
}

describe.each(anyServer({ vector: true }))('mai on $name', (server) => {
  const it = testOn(server)

  it('goes from an empty database to the promised schema', async ({ database: { url } }) => {
    const result = await gate(url)
    expect(result).toMatchObject({ exitCode: 0 })
    const tables = await queryRows<{ name: string }>(
      url,
      `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
    )
    expect(tables.map((row) => row.name)).toEqual(
      ['alembic_version', 'pgate_journal', ...TABLES].sort(),
    )
    const columns = await queryRows<{ name: string; type: string }>(
      url,
      `select column_name as name, data_type as type from information_schema.columns
          where table_name = 'users' order by ordinal_position`,
    )
    expect(columns.map((row) => row.name)).toEqual([
      'id',
      'username',
      'email',
      'hashed_password',
      'is_active',
      'is_superuser',
      'full_name',
      'created_at',
      'updated_at',
      'deleted_at',
    ])
    expect(columns[0]).toEqual({ name: 'id', type: 'uuid' })
    expect(await queryRows(url, 'select * from alembic_version')).toEqual([{ version_num: HEAD }])
    const extensions = await queryRows<{ extname: string }>(url, 'select extname from pg_extension')
    expect(extensions.map((row) => row.extname)).toEqual(
      expect.arrayContaining(['vector', 'uuid-ossp']),
    )
    const indexes = await queryRows<{ name: string; definition: string }>(
      url,
      `select indexname as name, indexdef as definition from pg_indexes where schemaname = 'public'`,
    )
    const names = indexes.map((row) => row.name)
    expect(names).toEqual(
      expect.arrayContaining(['idx_users_username', 'idx_conversations_user_archived']),
    )
    const embedding = indexes.find((row) => row.name === 'idx_memories_embedding')
    expect(embedding?.definition).toContain('USING hnsw (embedding vector_cosine_ops)')
  })

  it('finds nothing pending the second time, and writes nothing', async ({ database: { url } }) => {
    expect((await gate(url)).exitCode).toBe(0)
    const before = await queryRows(url, 'select * from pgate_journal order by id')
    const second = await gate(url, { PGATE_LOG_FORMAT: 'pretty' })
    expect(second.exitCode).toBe(0)
    expect(second.stdout).toContain(`nothing pending, at ${HEAD}`)
    expect(await queryRows(url, 'select * from pgate_journal order by id')).toEqual(before)
  })

  it('records each revision once, with its checksum and its downgrade', async ({
    database: { url },
  }) => {
    await gate(url)
    const rows = await queryRows(
      url,
      `select revision, revises, action, outcome, statements, statements_done,
                length(checksum) as checksum, duration is not null as timed,
                downgrade_sql is not null as reversible
           from pgate_journal where action <> 'verify' order by id`,
    )
    const common = {
      action: 'upgrade',
      outcome: 'done',
      checksum: 64,
      timed: true,
      reversible: true,
    }
    expect(rows).toEqual([
      { ...common, revision: '4f1c2a7be903', revises: [], statements: 16, statements_done: 16 },
      { ...common, revision: HEAD, revises: ['4f1c2a7be903'], statements: 2, statements_done: 2 },
    ])
  })
})
