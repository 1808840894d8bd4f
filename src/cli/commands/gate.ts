import { runGate } from '../../gate/gate.ts'
import {
  type MigrationReport,
  migrationReport,
  type VerifyReport,
  verifyReport,
} from '../../gate/outcome.ts'
import { withResources } from '../../gate/resources.ts'
import { openMigrations } from '../../gate/unchanged/migrations-folder.ts'
import type { Command, CommonOptions } from '../command.ts'

/** What an open gate did. */
export interface GateReport extends MigrationReport {
  readonly verify: VerifyReport
}

/** The whole pipeline; its exit code lets the API start, or not. */
export const gate: Command<CommonOptions, GateReport> = {
  examples: ['pgate', 'pgate gate --embedded', 'pgate -- alembic upgrade head'],
  takesMigrator: true,
  run: async (context) => {
    const folder = await openMigrations(context.config)
    const { migration, proof } = await withResources(context, (resources) =>
      runGate(context, resources, folder),
    )
    return {
      json: { ...migrationReport(migration), verify: verifyReport(proof) },
      lines: proof.notices,
      verdict: 'the database is ready; the API may start',
    }
  },
}
