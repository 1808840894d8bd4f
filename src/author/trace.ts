import { messageOf } from '../errors/error.ts'
import { proveAndStamp } from '../gate/stamp.ts'
import { readFacts } from '../lint/facts.ts'
import type { Tracer } from '../lint/lint.ts'
import type { LintStatement } from '../lint/statement.ts'
import type { Traced } from '../lint/traced.ts'
import { sessionState, transactionState } from '../lock/session-state.ts'
import type { Session } from '../postgres/session/session.ts'
import { quoteIdentifier } from '../postgres/sql/identifier.ts'
import { sqlstateOf } from '../postgres/sql/sqlstate.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { withBatch } from '../revisions/sql/batches.ts'
import { send } from '../steps/migrate/apply/chunks.ts'
import { requireKey } from '../steps/migrate/batches/key.ts'
import { type Throwaway, upgradeTo } from './throwaway.ts'

/** A tracer, and why it saw no more from some place on; `null`: it has seen all. */
export interface ThrowawayTracer extends Tracer {
  readonly stopped: () => string | null
}

interface Look {
  readonly oid: string
  readonly key: string
  /** Another one: all rows were written again. */
  readonly file: string | null
  /** Sequential scans of this session; the builds of indexes and the proofs of constraints count. */
  readonly scans: number
  /** Whether writers wait for this transaction; of a materialized view, readers. */
  readonly locked: boolean
  readonly kind: string
  /** What it is a partition of, the topmost first. */
  readonly above: readonly string[]
}

const LOOK = `select c.oid::text as oid, n.nspname || '.' || c.relname as key,
  pg_catalog.pg_relation_filenode(c.oid)::text as file, pg_catalog.pg_stat_get_xact_numscans(c.oid)::int4 as scans,
  exists (select from pg_catalog.pg_locks l where l.pid = pg_catalog.pg_backend_pid() and l.relation = c.oid
    and (l.mode = 'AccessExclusiveLock'
      or c.relkind = 'r' and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock'))) as locked,
  c.relkind::text as kind,
  array(select s.nspname || '.' || p.relname from pg_catalog.pg_partition_ancestors(c.oid) with ordinality a (relid, n)
    join pg_catalog.pg_class p on p.oid = a.relid join pg_catalog.pg_namespace s on s.oid = p.relnamespace
    where p.oid <> c.oid order by a.n desc) as above
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`

/**
 * Runs revisions on a throwaway database as a gate would, and looks after each statement which tables it
 * has written again, read through and locked: by their files, the counter of scans and the locks, and so
 * whatever the server's language is. What fails there ends the tracing, and not the lint.
 */
export function tracerOn(throwaway: Throwaway, graph: RevisionGraph): ThrowawayTracer {
  const { session, context, resources } = throwaway
  const { config } = context
  let stopped: string | null = null
  let before = new Set<string>()
  let last = new Map<string, Look>()
  const look = async () => {
    const { rows } = await session.query<Look>(LOOK)
    return new Map(rows.map((one) => [one.oid, one]))
  }
  const unlessStopped = async (act: () => Promise<unknown>, where: string) => {
    if (stopped !== null) return
    try {
      await act()
    } catch (error) {
      context.signal.throwIfAborted()
      stopped = `${where}: ${messageOf(error)}`
    }
  }
  return {
    stopped: () => stopped,
    start: async (wanted) => {
      before = new Set((await look()).keys())
      return readFacts(session, wanted, false)
    },
    begin: ({ revision }) =>
      unlessStopped(() => session.query(sessionState(session, config).join('; ')), revision.file),
    run: async (statement, place) => {
      if (stopped !== null || place.isWhole) return undefined
      const { isTransactional, file, line } = statement
      const isFirst = place.isFirst && isTransactional
      if (isFirst) await session.query(['begin', ...transactionState(session, config)].join('; '))
      last = await look()
      const failure = await failureOf(session, statement)
      if (failure !== undefined) {
        if (session.transactionStatus() !== 'idle') await session.query('rollback')
        context.signal.throwIfAborted()
        stopped = `${file}:${line}: ${messageOf(failure)}`
        return { ...NOTHING, failure: sqlstateOf(failure) ?? '' }
      }
      const traced = difference(last, await look(), before)
      if (place.isLast && session.transactionStatus() !== 'idle') await session.query('commit')
      return traced
    },
    end: ({ revision, isWhole }) =>
      unlessStopped(async () => {
        if (isWhole) return upgradeTo(throwaway, graph, revision.id)
        const files = { graph, manifest: null, staleReason: null }
        const targets = [revision.id]
        await proveAndStamp(context, resources, { session, files, targets, purge: false })
      }, revision.file),
  }
}

async function failureOf(session: Session, statement: LintStatement): Promise<unknown> {
  const { copied } = statement
  const copy = copied === undefined ? {} : { copy: { data: copied, lineOffset: 0, relation: '' } }
  try {
    await send(session, { text: await textOf(session, statement), ...copy })
    return undefined
  } catch (error) {
    return error
  }
}

/** All batches at once: the throwaway database has few rows. */
async function textOf(session: Session, { text, file, batched }: LintStatement): Promise<string> {
  if (batched?.batch === undefined) return text
  const asked = { file, statement: batched, batch: batched.batch }
  const { relation, columns } = await requireKey(session, asked)
  const names = columns.map(({ name }) => quoteIdentifier(name))
  return withBatch(batched, `select ${names.join(', ')} from ${relation}`).text
}

/** By name as it was before: a statement may rename. */
function difference(
  from: ReadonlyMap<string, Look>,
  to: ReadonlyMap<string, Look>,
  before: ReadonlySet<string>,
): Traced {
  const both = [...from.values()].flatMap((was) => {
    const is = to.get(was.oid)
    return is === undefined || !before.has(was.oid) ? [] : [{ was, is }]
  })
  const keys = (isSo: (one: (typeof both)[number]) => boolean) => [
    ...new Set(both.filter(isSo).flatMap(({ was }) => [was.key, ...was.above])),
  ]
  const gone = [...from.values()].filter(
    ({ oid, kind }) => kind === 'r' && before.has(oid) && !to.has(oid),
  )
  return {
    rewritten: keys(({ was, is }) => was.file !== is.file),
    scanned: keys(({ was, is }) => is.scans > was.scans),
    locked: keys(({ is }) => is.locked),
    dropped: gone.map(({ key }) => key),
    above: new Map([...from.values()].map(({ key, above }) => [key, above])),
  }
}

const NOTHING: Traced = { rewritten: [], scanned: [], locked: [], dropped: [], above: new Map() }
