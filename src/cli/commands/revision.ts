import { randomBytes } from 'node:crypto'
import { GateError } from '../../errors/error.ts'
import { refuseOthersFolder } from '../../formats/formats.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { loadRevisionsToExtend, writeRevisionFile } from '../../revisions/write/new-file.ts'
import { dependenciesOfNew, parentsOfNew } from '../../revisions/write/new-parents.ts'
import { type NewRevision, newRevisionFile } from '../../revisions/write/new-revision.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'

/** Options of every command that makes a revision file. */
export interface NewRevisionOptions extends CommonOptions {
  readonly message: string
  readonly branchLabel?: string
  readonly revId?: string
}

interface RevisionOptions extends NewRevisionOptions {
  readonly head: string
  readonly splice?: boolean
  readonly dependsOn?: readonly string[]
  readonly ts?: boolean
  readonly autogenerate?: boolean
}

/** A new, empty revision file; no connection is opened. */
export const revision: Command<RevisionOptions> = {
  examples: [
    'pgate revision -m "add users"',
    'pgate revision -m "billing tables" --head base --branch-label billing',
  ],
  declare: (commander) => {
    commander
      .requiredOption('-m, --message <text>', 'what it does, in a few words')
      .option('--head <revision>', 'what it follows; base for a new root', 'head')
      .option('--splice', 'let --head be a revision that others follow, and begin a branch there')
      .option('--branch-label <label>', 'a name for the branch that begins with it')
      .option('--depends-on <revision>', 'one that must be there before; may be repeated', collect)
      .option('--rev-id <id>', 'its id, instead of 12 random hexadecimal digits')
      .option('--ts', 'a TypeScript revision instead of SQL')
      .option('--autogenerate', 'not there yet')
  },
  run: async (context, options) => {
    if (options.autogenerate === true) throw notThereYet()
    const { head, splice = false, dependsOn = [], ts = false } = options
    refuseOthersFolder(context.config)
    const graph = await loadRevisionsToExtend(context.config.migrations)
    const placed = {
      kind: ts ? 'ts' : 'sql',
      revises: parentsOfNew(graph, { head, splice }),
      dependsOn: dependenciesOfNew(graph, dependsOn),
    } as const
    return createRevision(context, graph, { options, placed })
  },
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function notThereYet(): GateError {
  return new GateError('USAGE', '--autogenerate is not there yet', {
    hint: 'Write the SQL by hand: the same call without --autogenerate makes the file.',
  })
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
