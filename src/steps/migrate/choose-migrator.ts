import type { Config } from '../../config/config.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import type { Aim } from '../../revisions/target/phases.ts'
import { targetVersions } from '../../revisions/target/plan.ts'
import { relativeSteps } from '../../revisions/target/target.ts'
import { externalCommand } from './external-command.ts'
import { migrate } from './migrate.ts'
import type { Migrator } from './migrator.ts'

/** The migrator that the configuration names: a command, or else the folder's revisions. */
export function migratorOf(
  { migrateCommand, target, phase }: Pick<Config, 'migrateCommand' | 'target' | 'phase'>,
  graph: RevisionGraph,
): Migrator {
  return migrateCommand === undefined
    ? folderRevisions(graph, { target, phase })
    : externalCommand(migrateCommand)
}

/** The revisions of the folder. */
export function folderRevisions(graph: RevisionGraph, aim: Aim): Migrator {
  return {
    expected: () =>
      relativeSteps(aim.target) === undefined ? targetVersions(graph, aim) : undefined,
    apply: (context, session, request) =>
      migrate(context, session, { ...request, graph, target: aim.target }),
  }
}
