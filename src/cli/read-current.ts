import { tableNames } from '../formats/formats.ts'
import { withUsableServer } from '../gate/usable-server.ts'
import type { CommandContext } from './command.ts'
import { withResources } from './resources.ts'

/** The version rows of the database, read after it has become usable; known to the files or not. */
export async function readCurrent(context: CommandContext): Promise<ReadonlySet<string>> {
  return withResources(context, (resources) =>
    withUsableServer(
      context,
      resources,
      (session) => tableNames(context.config).history.read(session),
      { needs: 'read' },
    ),
  )
}
