import { oneLine } from '../../base/words.ts'
import type { Config } from '../../config/config.ts'
import { GateError } from '../../errors/error.ts'
import { loadFolder, tableNames } from '../../formats/formats.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { currentLines, detailLines, historyEntries } from '../../revisions/graph/history.ts'
import { targetVersions } from '../../revisions/target/plan.ts'
import { type BatchState, describeBatches, readBatches } from '../../store/batch-state.ts'
import {
  type Command,
  type CommandContext,
  declareVerbose,
  type VerboseOptions,
} from '../command.ts'

interface CurrentOptions extends VerboseOptions {
  readonly checkHeads?: boolean
}

/** The revisions that the database is at, as `alembic current` prints them. */
export const current: Command<CurrentOptions> = {
  examples: ['pgate current', 'pgate current --check-heads'],
  declare: (commander) => {
    declareVerbose(commander)
    commander.option('--check-heads', 'fail where the database is not at every head')
  },
  run: async (context, { verbose = false, checkHeads = false }) => {
    const graph = await loadFolder(context.config)
    const rows = await readCurrent(context)
    warnUnknown(context, graph, rows)
    if (checkHeads) refuseBehind(graph, rows, context.config)
    const now = [...inOrder(graph, rows), ...unknownIn(graph, rows)].map((id) => ({
      revision: id,
      head: graph.heads.includes(id),
      known: graph.revisions.has(id),
    }))
    if (!verbose) return { json: { current: now }, lines: currentLines(graph, rows) }
    const batches = await underWay(context)
    const lines = [...longLines(context, graph, rows), ...batches.map(batchLine)]
    return { json: { current: now, batches }, lines }
  },
}

function underWay(context: CommandContext): Promise<readonly BatchState[]> {
  return withUsableServer(context, { needs: 'read' }, (session) =>
    readBatches(session, tableNames(context.config)),
  )
}

function batchLine(batch: BatchState): string {
  const { revision, statement, relation, updatedAt } = batch
  return `Batches of ${oneLine(revision)}, statement ${statement} (${oneLine(relation)}): ${describeBatches(batch)}, the last at ${updatedAt}`
}

/** Those of the files, in their order. */
function inOrder(graph: RevisionGraph, rows: ReadonlySet<string>): readonly string[] {
  return [...graph.revisions.keys()].filter((id) => rows.has(id))
}

function unknownIn(graph: RevisionGraph, rows: ReadonlySet<string>): readonly string[] {
  return [...rows].filter((id) => !graph.revisions.has(id)).sort()
}

function longLines(
  { config, embedded }: CommandContext,
  graph: RevisionGraph,
  rows: ReadonlySet<string>,
): readonly string[] {
  const [first] = config.connection?.hosts ?? []
  const server =
    embedded === undefined && config.connection !== undefined && first !== undefined
      ? `${config.connection.database} on ${first.host}:${first.port}`
      : 'the embedded PostgreSQL'
  const known = historyEntries(graph).filter(({ revision }) => rows.has(revision))
  const unknown = new Set(unknownIn(graph, rows))
  return [
    `Current revision(s) for ${server}:`,
    ...known.flatMap(detailLines),
    ...currentLines(graph, unknown),
  ]
}

/** The rows are the answer all the same: a failure here would hide them. */
function warnUnknown(
  { log }: CommandContext,
  graph: RevisionGraph,
  rows: ReadonlySet<string>,
): void {
  const unknown = unknownIn(graph, graph.withoutGone(rows))
  if (unknown.length === 0) return
  log.warn(
    'current.unknown',
    `the database is at revision ${unknown.join(', ')}, which the files lack: use the files that hold it, or, where pgate applied it, pgate downgrade --from-journal <revision>`,
    { unknown },
  )
}

function refuseBehind(
  graph: RevisionGraph,
  rows: ReadonlySet<string>,
  { phase }: Pick<Config, 'phase'>,
): void {
  // A head that another depends on has no row of its own once that other is applied.
  const applied = graph.applied(rows)
  const heads = phase === 'expand' ? targetVersions(graph, { target: 'heads', phase }) : graph.heads
  const missing = [...heads].filter((id) => !applied.has(id))
  if (missing.length === 0) return
  throw new GateError(
    'HISTORY_PENDING',
    `the database is not on all head revisions: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not applied`,
    { facts: { current: [...rows].sort(), heads: graph.heads, missing } },
  )
}

/** The version rows of the database, read after it has become usable; known to the files or not. */
export async function readCurrent(context: CommandContext): Promise<ReadonlySet<string>> {
  return withUsableServer(context, { needs: 'read' }, (session) =>
    tableNames(context.config).history.read(session),
  )
}
