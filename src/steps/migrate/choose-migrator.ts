import type { Config } from '../../config/config.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { targetVersions } from '../../revisions/target/plan.ts'
import { relativeSteps } from '../../revisions/target/target.ts'
import { externalCommand } from './external-command.ts'
import { migrate } from './migrate.ts'
import type { Migrator } from './migrator.ts'

/** The migrator that the configuration names: a command, or else the folder's revisions. */
export function migratorOf(
  { migrateCommand, target }: Pick<Config, 'migrateCommand' | 'target'>,
  graph: RevisionGraph,
): Migrator {
  return migrateCommand === undefined
    ? folderRevisions(graph, target)
    : externalCommand(migrateCommand)
}

/** The revisions of the folder. */
export function folderRevisions(graph: RevisionGraph, target: string): Migrator {
  return {
    expected: () =>
      relativeSteps(target) === undefined ? targetVersions(graph, target) : undefined,
    apply: (context, session, request) => migrate(context, session, { ...request, graph, target }),
  }
}
