import type { Statement } from '../../../revisions/file/revision.ts'
import { ensureBatchTable, insertProgress } from '../../../store/batch-table.ts'
import type { StatementProgress } from '../apply/run-statement.ts'
import { recorded } from '../apply/run-statement.ts'
import type { PreparedRevision } from '../prepare.ts'
import { type Run, resetSession } from '../run.ts'
import { execute, transaction } from '../watch/watch.ts'
import { expectedSql, greatestKeySql, type KeyValues } from './batch-sql.ts'
import { findKey, requireKey } from './key.ts'

/**
 * Notes up to which key the batches of the statement below go, and that they have begun; all of it in one
 * transaction. Keys that are greater belong to the application.
 * @throws {GateError} BATCH_KEY, HISTORY_TABLE, HISTORY_CHANGED; else what the server or the signal says
 */
export async function beginBatches(
  run: Run,
  statement: Statement,
  { progress, file }: { readonly progress: StatementProgress; readonly file: string },
): Promise<void> {
  const { session, names, revision } = run
  const { batch } = statement
  if (batch === undefined) throw new Error('a statement without a batch line has no batches')
  await recorded(run, progress.what, async () => {
    const key = await requireKey(session, { file, statement, batch })
    const [until, expected] = await execute(run, progress.what, async () => {
      const greatest = await session.query<{ key: KeyValues }>(greatestKeySql(key))
      const known = await session.query<{ expected: number | null }>(expectedSql(key))
      return [greatest.rows[0]?.key ?? null, known.rows[0]?.expected ?? null] as const
    })
    await ensureBatchTable(session, names)
    await insertProgress(session, names, {
      ...{ run: progress.id, statement: progress.done + 1, revision: revision?.id ?? '' },
      ...{ relation: key.relation, columns: key.columns.map(({ name }) => name) },
      ...{ checksum: '', lastKey: null, untilKey: until, keys: 0, rows: 0, batches: 0, expected },
    })
    await run.journal.recordProgress(session, progress)
  })
  await resetSession(run)
}

/**
 * Before the first revision of a run: refuses batches whose table has no key for them. What an earlier
 * statement of the run may change first is looked at when its turn comes.
 * @throws {GateError} BATCH_KEY
 */
export async function refuseKeys(run: Run, prepared: readonly PreparedRevision[]): Promise<void> {
  const asked: Parameters<typeof findKey>[1][] = []
  const changes: string[] = []
  for (const { revision, body, statements } of prepared) {
    if (body.kind === 'module') return lookAt(run, asked)
    const { file = revision.file } = body
    for (const statement of statements.flatMap((one) => one.parts ?? [one])) {
      const { batch, node, text } = statement
      const isFirst = batch?.part === 'begin' && !changes.some((one) => mentions(one, batch.table))
      if (isFirst) asked.push({ file, statement, batch })
      else if (!ON_ROWS.has(node)) changes.push(text)
    }
  }
  await lookAt(run, asked)
}

/** They make no index and no table. */
const ON_ROWS: ReadonlySet<string> = new Set([
  ...['Batch', 'UpdateStmt', 'DeleteStmt', 'InsertStmt', 'MergeStmt', 'CopyStmt'],
])

/** By its bare name: what is wrong by chance is only looked at later. */
function mentions(text: string, table: string): boolean {
  const [, quoted = table] = /("(?:[^"]|"")+")$/.exec(table) ?? []
  const name = quoted.slice(1, -1).replaceAll('""', '"').toLowerCase()
  const words = text.toLowerCase().split(/[^\p{L}\p{N}_$]+/u)
  return (
    words.includes(name) || (/[^\p{L}\p{N}_$]/u.test(name) && text.toLowerCase().includes(name))
  )
}

async function lookAt(run: Run, asked: readonly Parameters<typeof findKey>[1][]): Promise<void> {
  if (asked.length === 0) return
  await transaction(run, async () => {
    for (const one of asked) await findKey(run.session, one)
  })
}
