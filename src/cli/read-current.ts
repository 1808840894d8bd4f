import { withUsableServer } from '../gate/usable-server.ts'
import { readVersions } from '../store/state.ts'
import { tableNames } from '../store/tables.ts'
import type { CommandContext } from './command.ts'
import { withGate } from './with-gate.ts'

/** The version rows of the database, read after it has become usable; known to the files or not. */
export async function readCurrent(context: CommandContext): Promise<ReadonlySet<string>> {
  return withGate(context, (gate) =>
    withUsableServer(
      context,
      gate,
      (session) => readVersions(session, tableNames(context.config)),
      { needs: 'read' },
    ),
  )
}
