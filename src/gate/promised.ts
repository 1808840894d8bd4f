import { isSameSet } from '../base/set.ts'
import type { StepContext } from '../config/context.ts'
import { tableNames } from '../formats/formats.ts'
import type { Session } from '../postgres/session/session.ts'
import { NO_REVISIONS } from '../revisions/graph/graph.ts'
import { contractLast, withContracted } from '../revisions/target/phases.ts'
import { targetVersions } from '../revisions/target/plan.ts'
import { manifestWhile } from '../steps/verify/manifest/waiting.ts'
import type { RevisionFiles } from './revision-files.ts'

/** The version rows that verify expects: of the target in this phase; of another program, those that are there. */
export async function expectedVersions(
  { config }: Pick<StepContext, 'config'>,
  session: Session,
  { graph }: Pick<RevisionFiles, 'graph'>,
): Promise<ReadonlySet<string>> {
  if (config.migrateCommand === undefined) return targetVersions(graph, config)
  return tableNames(config).history.read(session)
}

/** The version rows that are promised where these are there. */
export function promised(
  { config }: Pick<StepContext, 'config'>,
  {
    files: { graph },
    expected,
  }: { readonly files: Pick<RevisionFiles, 'graph'>; readonly expected: ReadonlySet<string> },
  rows: ReadonlySet<string>,
): ReadonlySet<string> {
  return config.phase === 'expand' ? withContracted(graph, expected, rows) : expected
}

/**
 * The manifest of a database with these version rows, and why it is none: of other revisions, or at another
 * target, it proves nothing.
 */
export function manifestFor(
  { manifest, staleReason, graph }: RevisionFiles,
  expected: ReadonlySet<string>,
): Pick<RevisionFiles, 'manifest' | 'staleReason'> {
  if (manifest === null || staleReason !== null) return { manifest, staleReason }
  // Of another program's files nothing is read here: the manifest says which of them it was made for.
  const { heads } = manifest
  const all =
    graph === NO_REVISIONS && heads.length > 0 ? new Set(heads) : targetVersions(graph, 'heads')
  if (isSameSet(expected, all)) return { manifest, staleReason }
  const applied = graph.applied(expected)
  const left = [...graph.revisions.keys()].filter((id) => !applied.has(id))
  const last = contractLast(graph)
  const isAhead = [...expected].some((id) => !graph.revisions.has(id))
  if (isAhead || left.length === 0 || left.some((id) => !last.has(id)))
    return { manifest, staleReason: 'the manifest describes the heads, and the target is another' }
  const fitting = manifestWhile(manifest, left)
  if (fitting !== undefined) return { manifest: fitting, staleReason: null }
  const why = `the manifest does not hold the schema while ${left.join(', ')} waits (phase: contract)`
  return { manifest, staleReason: why }
}
