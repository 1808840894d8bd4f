import { randomBytes } from 'node:crypto'
import type { Revision } from '../revisions/file/revision.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { writeRevisionFile } from '../revisions/write/new-file.ts'
import { type NewFile, type NewRevision, newRevisionFile } from '../revisions/write/new-revision.ts'
import type { CommandContext, CommandOutput, CommonOptions } from './command.ts'

/** Options of every command that makes a revision file. */
export interface NewRevisionOptions extends CommonOptions {
  readonly message: string
  readonly branchLabel?: string
  readonly revId?: string
}

/** What the command itself has worked out. */
export type Placed = Pick<Revision, 'revises' | 'dependsOn' | 'phase'> & Pick<NewRevision, 'kind'>

interface ToCreate {
  readonly options: NewRevisionOptions
  readonly placed: Placed
}

/** What the file is to say. */
export function newRevision({ clock }: CommandContext, { options, placed }: ToCreate): NewRevision {
  return {
    ...placed,
    id: options.revId ?? randomBytes(6).toString('hex'),
    message: options.message,
    created: clock
      .date()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z'),
    branchLabels: options.branchLabel === undefined ? [] : [options.branchLabel],
  }
}

/**
 * Writes the file of a new revision; its path is the output, alone on its line.
 * @throws {GateError} CONFIG_INVALID, REVISION_DUPLICATE, REVISION_NOT_WRITTEN
 */
export async function createRevision(
  context: CommandContext,
  graph: RevisionGraph,
  toCreate: ToCreate,
): Promise<CommandOutput> {
  const revision = newRevision(context, toCreate)
  const file = newRevisionFile(graph, context.config.migrations, revision)
  await writeRevisionFile(file)
  return createdOutput(context, revision, file)
}

/** What is said of a file that was written. */
export function createdOutput(
  { log }: CommandContext,
  { id, revises, dependsOn, branchLabels, created, phase }: NewRevision,
  { path }: NewFile,
): CommandOutput {
  const parents = revises.join(', ') || 'nothing'
  log.info('revision.created', `${path} is revision ${id}, which revises ${parents}`)
  const about = { dependsOn, branchLabels, created, ...(phase && { phase }) }
  const json = { revision: id, revises, ...about, file: path }
  return { json, lines: [path] }
}
