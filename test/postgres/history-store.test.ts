import { describe, expect, it } from 'vitest'
import type { FormatName } from '../../src/formats/format.ts'
import { tableNames } from '../../src/formats/formats.ts'
import { type Session, withSession } from '../../src/postgres/session/session.ts'
import { withTransaction } from '../../src/postgres/session/transaction.ts'
import type { HistoryRowFacts } from '../../src/revisions/file/revision.ts'
import type { HistoryStore, VersionChange } from '../../src/store/history-store.ts'
import { databaseOf } from '../support/database/connect.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'

/** Every implementation, and ids as its tool writes them. */
const HISTORIES: readonly {
  readonly format: FormatName
  readonly versionTable: string
  readonly ids: readonly [string, string, string]
  /** What its files say of a row, where that is more than the id. */
  readonly row?: (id: string) => HistoryRowFacts
}[] = [
  { format: 'pgate', versionTable: 'alembic_version', ids: ['972fc63ffb69', 'b', "it's"] },
  { format: 'dbmate', versionTable: 'schema_migrations', ids: ['001', '20240101000000', '9'] },
  {
    format: 'golang-migrate',
    versionTable: 'schema_migrations',
    ids: ['1', '20240101000000', '9'],
  },
  {
    format: 'flyway',
    versionTable: 'flyway_schema_history',
    ids: ['1', '2.0.1', 'R__a_view#1f'],
    row: (id) => {
      const isRepeated = id.startsWith('R')
      const description = isRepeated ? 'a view' : 'x'
      const version = isRepeated ? null : id
      return { version, description, type: 'SQL', script: 'V.sql', checksum: isRepeated ? 31 : 1 }
    },
  },
  {
    format: 'sqlx',
    versionTable: '_sqlx_migrations',
    ids: ['1', '20240101000000', '9'],
    row: (version) => ({ version, description: 'a b', checksum: '00ff' }),
  },
  {
    format: 'diesel',
    versionTable: '__diesel_schema_migrations',
    ids: ['00000000000001', '20240101000000', '9'],
  },
  { format: 'goose', versionTable: 'goose_db_version', ids: ['1', '20240101000000', '9'] },
  {
    format: 'prisma',
    versionTable: '_prisma_migrations',
    ids: ['20240101000000_a', `2_${'ä'.repeat(253)}`, "it's"],
    row: (migration_name) => ({ migration_name, checksum: '00ff' }),
  },
  {
    format: 'drizzle',
    versionTable: '__drizzle_migrations',
    ids: ['1704067200123', '1704153600456', '9'],
    row: (when) => ({ hash: '00ff', created_at: Number(when) }),
  },
  {
    format: 'drizzle-1',
    versionTable: '__drizzle_migrations',
    ids: ['20240101000000_a', 'b', "it's"],
    row: (name) => ({ hash: '00ff', created_at: 1_704_067_200_000, name }),
  },
]

const CONNECT = { timeoutMs: 10_000, signal: new AbortController().signal }
const NONE: ReadonlySet<string> = new Set()

async function make(session: Session, history: HistoryStore): Promise<void> {
  for (const statement of history.ddl) await session.query(statement)
}

describe.each(HISTORIES)('the history store of $format', ({ format, versionTable, ids, row }) => {
  const [first, second, third] = ids
  const revisions = new Map(row && ids.map((id) => [id, { row: row(id) }]))
  const changeOf = (from: ReadonlySet<string>, to: ReadonlySet<string>): VersionChange => {
    return { from, to, revisions }
  }
  const both = new Set([first, second])

  describe.each(anyServer())('on $name', (server) => {
    it('has nothing before it is made, and holds what it was changed to', async () => {
      await withHistory(server, async (session, history) => {
        expect(await history.exists(session)).toBe(false)
        expect(await history.read(session)).toEqual(NONE)
        await history.refuseElsewhere(session)
        await make(session, history)
        await make(session, history)
        expect(await history.exists(session)).toBe(true)
        await inTransaction(session, () => history.change(session, changeOf(NONE, both)))
        const again = history.refuseAdded(session, changeOf(NONE, both))
        await expect(again).rejects.toMatchObject({ code: 'HISTORY_CHANGED' })
        expect(await history.read(session)).toEqual(both)
        const next = changeOf(both, new Set([second, third]))
        await inTransaction(session, () => history.change(session, next))
        expect(await history.read(session)).toEqual(next.to)
        const { rows } = await session.query<{ id: string }>(`${history.idsSql} order by 1`)
        expect(rows.map(({ id }) => id)).toEqual([...next.to].toSorted())
      })
    })

    it('does the same as one message of a pipeline, and as statements of a script', async () => {
      await withHistory(server, async (session, history) => {
        await make(session, history)
        const come = history.changeStatement(changeOf(NONE, both))
        const { failure } = await session.pipeline([{ text: 'begin' }, come, { text: 'commit' }])
        expect(failure).toBeUndefined()
        expect(await history.read(session)).toEqual(both)
        const script = history.changeScript(changeOf(both, new Set([third])))
        expect(script.removed).toEqual([first, second].toSorted())
        for (const statement of [script.remove, ...script.adds]) await session.query(statement)
        expect(await history.read(session)).toEqual(new Set([third]))
      })
    })

    it('notices that another tool has taken away what is to go', async () => {
      await withHistory(server, async (session, history) => {
        await make(session, history)
        const change = changeOf(new Set([first]), new Set([second]))
        const changing = inTransaction(session, () => history.change(session, change))
        await expect(changing).rejects.toMatchObject({ code: 'HISTORY_CHANGED' })
        await history.refuseAdded(session, change)
        const { failure } = await session.pipeline([history.changeStatement(change)])
        expect(failure?.error).toMatchObject({ code: '22012' })
        expect(await history.read(session)).toEqual(NONE)
      })
    })
  })

  describe.each(anyServer())('on $name', (server) => {
    it('is refused where it is a view, or hangs on code of others', async () => {
      await withHistory(server, async (session, history) => {
        await session.query(`create view ${history.table} as select 'x'::varchar as version_num`)
        await expect(history.read(session)).rejects.toMatchObject({ code: 'HISTORY_TABLE' })
        await session.query(`drop view ${history.table}`)
        await make(session, history)
        await session.query(
          'create function planted() returns trigger language plpgsql as $$begin return null; end$$',
        )
        await session.query(
          `create trigger planted before insert on ${history.table} for each row execute function planted()`,
        )
        await expect(history.exists(session)).rejects.toMatchObject({ code: 'HISTORY_TABLE' })
        const change = changeOf(NONE, both)
        const changing = inTransaction(session, () => history.change(session, change))
        await expect(changing).rejects.toMatchObject({ code: 'HISTORY_TABLE' })
      })
    })

    it('is refused where nobody has named a schema, and another one has the table', async () => {
      await withHistory(server, async (session, history) => {
        const elsewhere = historyIn('elsewhere')
        await session.query('create schema elsewhere')
        await make(session, elsewhere)
        await expect(history.read(session)).rejects.toMatchObject({ code: 'HISTORY_TABLE' })
        expect(await elsewhere.read(session)).toEqual(NONE)
      })
    })

    it('is refused where the table has other columns', async () => {
      await withHistory(server, async (session, history) => {
        await session.query(`create table ${history.table} (version integer)`)
        await expect(history.read(session)).rejects.toMatchObject({ code: 'HISTORY_TABLE' })
      })
    })
  })

  function historyIn(schema: string, isSchemaSet = true): HistoryStore {
    return tableNames({ format, versionTable, schema, isSchemaSet }).history
  }

  async function withHistory(
    server: TestServer,
    use: (session: Session, history: HistoryStore) => Promise<void>,
  ): Promise<void> {
    await withDatabase(server, ({ url }) =>
      withSession(databaseOf(url), CONNECT, (session) => use(session, historyIn('public', false))),
    )
  }
})

async function inTransaction(session: Session, act: () => Promise<void>): Promise<void> {
  await withTransaction(session, act)
}
