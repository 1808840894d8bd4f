import { GateError } from '../../errors/error.ts'
import { refuseOthersFolder } from '../../formats/formats.ts'
import { loadRevisionsToExtend } from '../../revisions/write/new-file.ts'
import { dependenciesOfNew, parentsOfNew } from '../../revisions/write/new-parents.ts'
import type { Command } from '../command.ts'
import { createRevision, type NewRevisionOptions } from '../new-revision.ts'

interface RevisionOptions extends NewRevisionOptions {
  readonly head: string
  readonly splice?: boolean
  readonly dependsOn?: readonly string[]
  readonly ts?: boolean
  readonly autogenerate?: boolean
}

/** A new, empty revision file; no connection is opened. */
export const revision: Command<RevisionOptions> = {
  name: 'revision',
  aliases: ['create'],
  summary: 'write a new revision file and print its path',
  kind: 'query',
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
