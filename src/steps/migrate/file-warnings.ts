import type { StepContext } from '../../config/context.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { byCodeUnits } from '../../revisions/graph/history-rules.ts'
import type { MigrationState } from '../../store/state.ts'
import { appliedRevisions, recordedElse } from './history.ts'

/** Warns of what the folder's tool never looks at: an edit of an applied file, a file that came too late. */
export function warnOfFiles(
  { log }: Pick<StepContext, 'log'>,
  graph: RevisionGraph,
  state: MigrationState,
): void {
  const edited = graph.rules.edited === 'warn' ? recordedElse(graph, state) : []
  for (const { id, file } of edited) {
    log.warn('history.edited', `${file} was edited after its tool had applied it`, { revision: id })
  }
  for (const { id, file } of neverRun(graph, state)) {
    log.warn(
      'history.late',
      `${file} was added below what is applied, and was never run here, nor will its tool run it: give it a number above ${graph.heads.at(-1)}`,
      { revision: id },
    )
  }
}

/**
 * The files that were put below the mark of what is applied, where all below it counts as applied. The
 * journal shows them: what pgate ran, or stamped, came right after another one then. Pure.
 */
export function neverRun(graph: RevisionGraph, state: MigrationState): readonly Revision[] {
  const { late, compare = byCodeUnits } = graph.rules
  if (late !== 'never') return []
  const applied = appliedRevisions(graph, state)
  const known = new Set(applied.map(({ revision }) => revision.id))
  const gaps = applied.flatMap(({ revision, record }) => {
    const [then = ''] = record.revises
    return then === (revision.revises[0] ?? '') ? [] : [{ after: then, before: revision.id }]
  })
  const isIn = (id: string) =>
    gaps.some(({ after, before }) => {
      return (after === '' || compare(after, id) < 0) && compare(id, before) < 0
    })
  return graph.order.filter(({ id }) => !known.has(id) && isIn(id))
}
