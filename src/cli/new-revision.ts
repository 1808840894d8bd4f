import { randomBytes } from 'node:crypto'
import type { Revision } from '../revisions/file/revision.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { writeRevisionFile } from '../revisions/write/new-file.ts'
import { type NewRevision, newRevisionFile } from '../revisions/write/new-revision.ts'
import type { CommandContext, CommandOutput, CommonOptions } from './command.ts'

/** Options of every command that makes a revision file. */
export interface NewRevisionOptions extends CommonOptions {
  readonly message: string
  readonly branchLabel?: string
  readonly revId?: string
}

/** What the command itself has worked out. */
export type Placed = Pick<Revision, 'revises' | 'dependsOn'> & Pick<NewRevision, 'kind'>

/**
 * Writes the file of a new revision; its path is the output, alone on its line.
 * @throws {GateError} CONFIG_INVALID, REVISION_DUPLICATE, REVISION_NOT_WRITTEN
 */
export async function createRevision(
  { config, clock, log }: CommandContext,
  graph: RevisionGraph,
  { options, placed }: { readonly options: NewRevisionOptions; readonly placed: Placed },
): Promise<CommandOutput> {
  const revision: NewRevision = {
    ...placed,
    id: options.revId ?? randomBytes(6).toString('hex'),
    message: options.message,
    created: clock
      .date()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z'),
    branchLabels: options.branchLabel === undefined ? [] : [options.branchLabel],
  }
  const file = newRevisionFile(graph, config.migrations, revision)
  await writeRevisionFile(file)
  const { id, revises } = revision
  const parents = revises.join(', ') || 'nothing'
  log.info('revision.created', `${file.path} is revision ${id}, which revises ${parents}`)
  const { dependsOn, branchLabels, created } = revision
  const json = { revision: id, revises, dependsOn, branchLabels, created, file: file.path }
  return { json, lines: [file.path] }
}
