import { describe, expect, it } from 'vitest'
import { tableNames } from '../../src/formats/formats.ts'
import { type Session, withSession } from '../../src/postgres/session/session.ts'
import { withTransaction } from '../../src/postgres/session/transaction.ts'
import { ensureTables } from '../../src/store/existing-tables.ts'
import { type Journal, type JournalEntry, journalOf } from '../../src/store/journal.ts'
import { readLastRuns, readRecentRuns } from '../../src/store/journal-queries.ts'
import { readMigrationState } from '../../src/store/state.ts'
import type { TableNames } from '../../src/store/tables.ts'
import { databaseOf } from '../support/database/connect.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'

const ENTRY: JournalEntry = {
  revision: 'aaa',
  revises: [],
  dependsOn: [],
  name: 'first',
  action: 'upgrade',
  checksum: 'c1',
  statements: 2,
  statementsDone: 0,
  outcome: 'running',
}

describe.each(anyServer())('the journal on $name', (server) => {
  it('keeps a run from its first statement to its end', async () => {
    await withJournal(server, async (session, journal, names) => {
      const id = await inTransaction(session, () => journal.write(session, ENTRY))
      await inTransaction(session, () =>
        journal.recordProgress(session, { id, done: 1, checksum: 'p1' }),
      )
      const { journal: half } = await readMigrationState(session, names)
      expect(half.get('aaa')).toMatchObject({
        ...{ id, outcome: 'running', statementsDone: 1, statementsDoneChecksum: 'p1' },
      })
      const error = "PostgreSQL said 'value'\nMIGRATION_FAILED: what may be shown"
      await inTransaction(session, () => journal.finish(session, { id, outcome: 'failed', error }))
      expect(await readRecentRuns(session, names, 1)).toMatchObject([
        { outcome: 'failed', failure: { code: 'MIGRATION_FAILED', message: 'what may be shown' } },
      ])
      const row = { id, statements: 3, checksum: 'c2' }
      await inTransaction(session, () => journal.reopen(session, row))
      await inTransaction(session, () => journal.finish(session, { id, outcome: 'done' }))
      expect(await readRecentRuns(session, names, 1)).toMatchObject([{ failure: null }])
      const { journal: whole } = await readMigrationState(session, names)
      expect(whole.get('aaa')).toMatchObject({ id, outcome: 'done', checksum: 'c2' })
    })
  })

  it('knows the newest run of a revision, also where its row is the tenth', async () => {
    await withJournal(server, async (session, journal, names) => {
      for (let row = 1; row <= 10; row += 1) {
        const action = row === 10 ? 'upgrade' : 'downgrade'
        const entry = { ...ENTRY, action, outcome: 'done' } as const
        await inTransaction(session, () => journal.write(session, entry))
      }
      expect((await readLastRuns(session, names)).get('aaa')).toMatchObject({ action: 'upgrade' })
    })
  })

  it('notes no progress of a run that another one has taken up', async () => {
    await withJournal(server, async (session, journal) => {
      const id = await inTransaction(session, () => journal.write(session, ENTRY))
      const skips = { id, done: 2, checksum: 'p2' }
      await expect(
        inTransaction(session, () => journal.recordProgress(session, skips)),
      ).rejects.toMatchObject({ code: 'HISTORY_CHANGED' })
    })
  })

  it('writes the same row as one message of a pipeline, for its own history alone', async () => {
    await withJournal(server, async (session, journal, names) => {
      const entry = { ...ENTRY, outcome: 'done' } as const
      const { failure } = await session.pipeline([journal.statement(entry)])
      expect(failure).toBeUndefined()
      expect((await readMigrationState(session, names)).journal.get('aaa')).toMatchObject({
        outcome: 'done',
      })
      const other = tableNames({ schema: 'public', versionTable: 'other' })
      await inTransaction(session, () => ensureTables(session, other))
      expect((await readMigrationState(session, other)).journal.size).toBe(0)
    })
  })
})

async function withJournal(
  server: TestServer,
  use: (session: Session, journal: Journal, names: TableNames) => Promise<void>,
): Promise<void> {
  const names = tableNames({ schema: 'public', versionTable: 'alembic_version' })
  const connect = { timeoutMs: 10_000, signal: new AbortController().signal }
  await withDatabase(server, ({ url }) =>
    withSession(databaseOf(url), connect, async (session) => {
      await inTransaction(session, () => ensureTables(session, names))
      await use(session, journalOf(names, { host: 'here', version: '1.2.3', run: 'test' }), names)
    }),
  )
}

async function inTransaction<T>(session: Session, act: () => Promise<T>): Promise<T> {
  return withTransaction(session, act)
}
