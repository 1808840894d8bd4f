import type { StepContext } from '../../config/context.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { byCodeUnits } from '../../revisions/graph/history-rules.ts'
import type { MigrationState } from '../../store/state.ts'
import { appliedRevisions, isEdited, recordedElse } from './history.ts'

/** Warns of what the folder's tool never looks at: an edit of an applied file, a file that came too late. */
export function warnOfFiles(
  context: Pick<StepContext, 'log'>,
  graph: RevisionGraph,
  state: MigrationState,
): void {
  const { log } = context
  if (graph.rules.edited === 'warn') warnOfEdited(context, graph, state)
  for (const { id, file } of neverRun(graph, state)) {
    log.warn(
      'history.late',
      `${file} was added below what is applied, and was never run here, nor will its tool run it: ${graph.rules.lateRemedy ?? `give it a number above ${graph.heads.at(-1)}`}`,
      { revision: id },
    )
  }
}

/** Warns of what a downgrade does not need to be as it was: the upgrade of an applied file. */
export function warnOfEdited(
  { log }: Pick<StepContext, 'log'>,
  graph: RevisionGraph,
  state: MigrationState,
): void {
  for (const { id, file } of editedFiles(graph, state)) {
    log.warn('history.edited', `${file} was edited after it had been applied`, { revision: id })
  }
}

/** By its tool, or by pgate. */
function editedFiles(graph: RevisionGraph, state: MigrationState): Iterable<Revision> {
  const ours = appliedRevisions(graph, state).filter((one) => isEdited(one.revision, one.record))
  return new Set([...ours.map(({ revision }) => revision), ...recordedElse(graph, state)])
}

/**
 * The files that were put below the mark of what is applied, where all below it counts as applied. They
 * have no row; where none has one but the newest, the journal shows them: what pgate ran, or stamped,
 * came right after another one then. Pure.
 */
export function neverRun(graph: RevisionGraph, state: MigrationState): readonly Revision[] {
  const { late, rows, compare = byCodeUnits } = graph.rules
  if (late !== 'never') return []
  if (rows === 'each') {
    const applied = graph.applied(state.versions)
    return graph.order.filter(({ id }) => applied.has(id) && state.rows?.has(id) === false)
  }
  const ran = appliedRevisions(graph, state)
  const known = new Set(ran.map(({ revision }) => revision.id))
  const gaps = ran.flatMap(({ revision, record }) => {
    const [then = ''] = record.revises
    return then === (revision.revises[0] ?? '') ? [] : [{ after: then, before: revision.id }]
  })
  const isIn = (id: string) =>
    gaps.some(({ after, before }) => {
      return (after === '' || compare(after, id) < 0) && compare(id, before) < 0
    })
  return graph.order.filter(({ id }) => !known.has(id) && isIn(id))
}
