import { createHash } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { tableNames } from '../../formats/formats.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { targetVersions } from '../../revisions/target/plan.ts'
import { relativeSteps } from '../../revisions/target/target.ts'
import { readMigrationState, withoutRowsOfRemovedFiles } from '../../store/state.ts'
import { externalCommand } from './external-command.ts'
import { migrate, pendingFrom } from './migrate.ts'
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
    fingerprint: () => {
      const given = graph.order.map(({ id, checksum, revises }) => [id, checksum, revises])
      return createHash('sha256')
        .update(JSON.stringify([target, given]))
        .digest('hex')
    },
    expected: () =>
      relativeSteps(target) === undefined ? targetVersions(graph, target) : undefined,
    pending: async (context, session) => {
      const state = withoutRowsOfRemovedFiles(
        graph,
        await readMigrationState(session, tableNames(context.config)),
      )
      return pendingFrom(context, { graph, target }, state).plan.map(({ id }) => id)
    },
    apply: (context, session, request) => migrate(context, session, { ...request, graph, target }),
  }
}
