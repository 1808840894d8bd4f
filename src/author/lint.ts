import type { LintRule } from '../config/choices.ts'
import { GateError, messageOf } from '../errors/error.ts'
import type { RunContext } from '../gate/resources.ts'
import { type FactsWanted, readFacts, type SchemaFacts } from '../lint/facts.ts'
import { type LintOutcome, lintDeploy } from '../lint/lint.ts'
import type { ConnectionTarget } from '../postgres/connect/target.ts'
import type { Revision } from '../revisions/file/revision.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { tips } from '../revisions/graph/lineage.ts'
import { type Throwaway, upgradeTo, withThrowaway } from './throwaway.ts'
import { tracerOn } from './trace.ts'

/** What is linted. */
export interface FolderLint {
  readonly graph: RevisionGraph
  /** Each in the order of the graph: what one makes is new to itself alone. */
  readonly deploys: readonly (readonly Revision[])[]
  readonly skip: readonly LintRule[]
  /** What the live database says; absent: the throwaway one is asked. */
  readonly live?: ((wanted: FactsWanted) => Promise<SchemaFacts>) | undefined
  /** Where the throwaway database is made; `null`: there is none, and the rules alone are asked. */
  readonly server: ConnectionTarget | undefined | null
}

/** What was found, and how. */
export interface FolderFindings extends LintOutcome {
  /** Why the trace has not seen all of it; `null`: it has. */
  readonly untraced: string | null
}

/**
 * Lints deploys of a folder, one after another: by the rules, confirmed by what each statement does on a
 * throwaway database. Where that cannot run (an extension that is not there), by the rules alone.
 * @throws {GateError} NOT_READY, CONNECTION_REFUSED of the server that lends the throwaway database
 */
export async function lintFolder(context: RunContext, lint: FolderLint): Promise<FolderFindings> {
  const { graph, deploys, server } = lint
  if (server === null)
    return { ...(await lintAll(context, lint)), untraced: 'it was not asked for' }
  try {
    return await withThrowaway(context, { server }, async (throwaway) => {
      const linted = new Set(deploys.flat().map(({ id }) => id))
      const first = graph.order.findIndex(({ id }) => linted.has(id))
      const applied = graph.order.slice(0, Math.max(first, 0)).map(({ id }) => id)
      // Of no revisions: the declared extensions.
      const targets = applied.length === 0 ? ['base'] : [...tips(graph, applied)]
      for (const target of targets) await upgradeTo(throwaway, graph, target)
      const tracer = tracerOn(throwaway, graph)
      const outcome = await lintAll(context, { ...lint, tracer })
      return { ...outcome, untraced: tracer.stopped() }
    })
  } catch (error) {
    if (!(error instanceof GateError) || !UNTRACEABLE.test(error.code)) throw error
    return { ...(await lintAll(context, lint)), untraced: messageOf(error) }
  }
}

/** What keeps a folder from being run on the throwaway database, and not from being read. */
const UNTRACEABLE = /^(?:EXTENSION|MIGRATION|REVISION|HISTORY)_/

/**
 * What lint says of statements that are about to be written into a revision, for the lines above each: by the
 * rules and the schema that they are to be run on, without the rows that only production has.
 */
export async function lintNotes(
  { session, context }: Throwaway,
  statements: readonly string[],
): Promise<(sql: string) => readonly string[]> {
  const revisions = statements.map((text, index): Revision => {
    const about = { id: String(index), file: '', message: '', checksum: '', downgrade: null }
    const parents = { revises: [], dependsOn: [], branchLabels: [] }
    const upgrade = { kind: 'sql', text, line: 1 } as const
    return { ...about, ...parents, transaction: 'auto', upgrade }
  })
  const { schema, lintSkip: skip } = context.config
  const facts = (wanted: FactsWanted) => readFacts(session, wanted, false)
  const { findings } = await lintDeploy({ revisions, schema, skip, facts })
  const notes = Map.groupBy(
    findings.filter(({ severity }) => severity !== 'info'),
    ({ revision }) => statements[Number(revision)],
  )
  return (sql) => notes.get(sql)?.map(({ rule, message }) => `lint: ${rule}: ${message}`) ?? []
}

async function lintAll(
  { config }: Pick<RunContext, 'config'>,
  {
    graph,
    deploys,
    skip,
    live,
    tracer,
  }: FolderLint & { readonly tracer?: ReturnType<typeof tracerOn> },
): Promise<LintOutcome> {
  const outcomes: LintOutcome[] = []
  for (const revisions of deploys) {
    const hasPhases = graph.order.some(({ phase }) => phase === 'contract')
    const knowledge = { hasPhases, ...(live && { facts: live }), ...(tracer && { tracer }) }
    outcomes.push(await lintDeploy({ revisions, schema: config.schema, skip, ...knowledge }))
  }
  return {
    findings: outcomes.flatMap(({ findings }) => findings),
    unread: outcomes.flatMap(({ unread }) => unread),
    count: outcomes.reduce((sum, { count }) => sum + count, 0),
  }
}
