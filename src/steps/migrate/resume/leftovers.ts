import { oneLine } from '../../../base/words.ts'
import { isConnectionLost } from '../../../postgres/sql/sqlstate.ts'
import type { RunnableBody, Statement, StatementSubject } from '../../../revisions/file/revision.ts'
import { groupedCount } from '../../../store/batch-state.ts'
import type { BatchProgress } from '../../../store/batch-table.ts'
import type { Underway } from '../apply/run-statement.ts'
import type { KeyRange } from '../batches/batch-sql.ts'
import type { Run } from '../run.ts'
import { reindexLeftovers } from './reconcile.ts'

/**
 * What a revision that ran by statements and stopped has left behind, and what the next run does
 * with it, in a sentence or two. Where the last statement ran outside a transaction the catalog is
 * asked, for as long as the server answers. Never rejects.
 */
export async function describeLeftovers(
  run: Run,
  body: RunnableBody,
  { underway, error }: { readonly underway: Underway; readonly error: unknown },
): Promise<string> {
  if (body.kind === 'module') {
    return 'What its statements had done before stands; the next run calls it again from its start.'
  }
  const { statement, number = 1 } = underway
  const before =
    number <= 1
      ? ''
      : number === 2
        ? 'Statement 1 stands. '
        : `Statements 1 to ${number - 1} stand. `
  if (underway.unrecorded !== undefined) {
    return `${before}Statement ${number} took effect; the next run goes on behind it.`
  }
  if (underway.batch !== undefined) {
    return `${before}${describeBatches(underway.batch, underway.range, number)}`
  }
  if (statement === undefined || statement.transactional) {
    const lost = isLost(run, error)
    if (lost) return `${before}Whether statement ${number} took effect, the next run looks up.`
    return number > 1
      ? `${before}The next run continues at statement ${number}.`
      : 'Nothing of it is left.'
  }
  return `${before}${await halfDone(run, statement, { number, error })}`
}

/** Keys are shown, so that the rows in question can be found. */
function describeBatches(
  { batches, keys, rows, lastKey }: BatchProgress,
  range: KeyRange | undefined,
  number: number,
): string {
  const stands =
    batches === 0
      ? `No batch of statement ${number} stands yet`
      : `Of statement ${number} ${batches === 1 ? '1 batch stands' : `${batches} batches stand`} (${groupedCount(keys, 'key')}, ${groupedCount(rows, 'row')} changed), up to key ${shownKey(lastKey)}`
  const after =
    range?.after === null || range === undefined ? '' : `after ${shownKey(range.after)} `
  const failed =
    range === undefined
      ? ''
      : `; the one under way has the keys ${after}up to ${shownKey(range.upTo)}`
  return `${stands}${failed}. The next run goes on there; the statement, the number of rows and the pause may be changed before.`
}

function shownKey(key: readonly string[] | null): string {
  const shown = (key ?? []).map((value) =>
    oneLine(value.length > 60 ? `${value.slice(0, 60)}…` : value),
  )
  return `(${shown.join(', ')})`
}

/** Also where an interrupt gave the session up, since the server did not answer in time. */
export function isLost({ session }: Pick<Run, 'session'>, error: unknown): boolean {
  return isConnectionLost(error) || session.transactionStatus() === 'unknown'
}

/** Nobody could be asked: it may have taken effect, or have left an invalid index. */
function unseen(number: number): string {
  return `Whether statement ${number} took effect, or left something half-done (an invalid index, perhaps), the next run looks up, and continues from there.`
}

async function halfDone(
  run: Run,
  statement: Statement,
  { number, error }: { readonly number: number; readonly error: unknown },
): Promise<string> {
  if (isLost(run, error)) return unseen(number)
  try {
    const { subject } = statement
    if (subject?.act === 'detach') return await detaching(run, subject)
    if (statement.node === 'AlterTableStmt') return 'The next run begins the statement again.'
    const names = await invalidIndexes(run, subject)
    if (names.length === 0) return 'Nothing of the statement is left; the next run begins it again.'
    const [noun, verb] = names.length === 1 ? ['Index', 'is'] : ['Indexes', 'are']
    return `${noun} ${names.join(', ')} ${verb} left, invalid, and ${NEXT[statement.node] ?? 'the next run begins the statement again'}.`
  } catch {
    // It is over anyway, and what was said of the failure itself must be seen.
    return unseen(number)
  }
}

const NEXT: Readonly<Record<string, string>> = {
  IndexStmt:
    'the next run drops it and builds it again (or drop it by hand: DROP INDEX CONCURRENTLY)',
  ReindexStmt:
    'the next run drops it and begins again (or drop it by hand: DROP INDEX CONCURRENTLY)',
  DropStmt: 'the next run drops it',
}

async function detaching(
  run: Run,
  { parent, partition }: Extract<StatementSubject, { readonly act: 'detach' }>,
): Promise<string> {
  const { rows } = await run.session.query(
    `select from pg_catalog.pg_inherits i
      where i.inhparent operator(pg_catalog.=) pg_catalog.to_regclass($1)
        and i.inhrelid operator(pg_catalog.=) pg_catalog.to_regclass($2) and i.inhdetachpending`,
    [parent, partition],
  )
  return rows.length > 0
    ? `Partition ${partition} is left half detached; the next run finishes that (ALTER TABLE ${parent} DETACH PARTITION ${partition} FINALIZE).`
    : 'Nothing of the statement is left; the next run begins it again.'
}

/** The invalid ones that the statement was about. */
async function invalidIndexes(
  run: Run,
  subject: StatementSubject | undefined,
): Promise<readonly string[]> {
  switch (subject?.act) {
    case 'reindex':
      return (await reindexLeftovers(run, subject)).map(({ name }) => name)
    case 'build':
      return invalidOnes(run, 'i.indrelid', { relations: [subject.table], name: subject.index })
    case 'drop':
      return invalidOnes(run, 'i.indexrelid', { relations: subject.names, name: undefined })
    default:
      return []
  }
}

async function invalidOnes(
  { session }: Run,
  column: 'i.indrelid' | 'i.indexrelid',
  { relations, name }: { readonly relations: readonly string[]; readonly name: string | undefined },
): Promise<readonly string[]> {
  const { rows } = await session.query<{ name: string }>(
    `select c.relname as name
       from pg_catalog.unnest($1::pg_catalog.text[]) as wanted(name)
       join pg_catalog.pg_index i on ${column} operator(pg_catalog.=) pg_catalog.to_regclass(wanted.name)
       join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) i.indexrelid
      where not (i.indisvalid and i.indisready)
        and ($2::pg_catalog.text is null or c.relname operator(pg_catalog.=) $2)
      order by 1`,
    [relations, name ?? null],
  )
  return rows.map((row) => row.name)
}
