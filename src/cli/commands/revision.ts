import { optionFlag } from '../../config/variables.ts'
import { GateError } from '../../errors/error.ts'
import { refuseOthersFolder } from '../../formats/formats.ts'
import { loadRevisionsToExtend } from '../../revisions/write/new-file.ts'
import { dependenciesOfNew, parentsOfNew } from '../../revisions/write/new-parents.ts'
import { type Command, collect } from '../command.ts'
import { createRevision, type NewRevisionOptions, newRevision } from '../new-revision.ts'
import type { AutogenerateOptions } from './autogenerate.ts'

interface RevisionOptions
  extends Omit<NewRevisionOptions, 'message'>,
    Omit<AutogenerateOptions, 'message'> {
  readonly message?: string
  readonly head: string
  readonly splice?: boolean
  readonly dependsOn?: readonly string[]
  readonly ts?: boolean
  readonly autogenerate?: boolean
}

/** A new revision file: an empty one, without a connection, or what leads to the wanted schema. */
export const revision: Command<RevisionOptions> = {
  examples: [
    'pgate revision "add users"',
    'pgate revision --autogenerate -m "add users" --to schema.sql',
    'pgate revision --autogenerate --check',
    'pgate revision -m "billing tables" --head base --branch-label billing',
    'pgate revision -m "drop old_field" --phase contract',
  ],
  declare: (commander) => {
    commander
      .argument('[message...]', 'what it does, in a few words')
      .option('-m, --message <text>', 'the same, as Alembic has it')
      .option('--head <revision>', 'what it follows; base for a new root', 'head')
      .option('--splice', 'let --head be a revision that others follow, and begin a branch there')
      .option('--branch-label <label>', 'a name for the branch that begins with it')
      .option('--depends-on <revision>', 'one that must be there before; may be repeated', collect)
      .option('--rev-id <id>', 'its id, instead of 12 random hexadecimal digits')
      .option('--ts', 'a TypeScript revision instead of SQL')
      .option('--autogenerate', 'write what leads from the heads to the wanted schema, and back')
      .option('--to <source>', 'the wanted schema: a file or folder of SQL; else PGATE_MODELS')
      .option('--to-url <url>', 'the wanted schema: that of another database, which is only read')
      .option('--to-command <command>', 'the wanted schema: what a program prints, or builds')
      .option('--rename <old=new>', 'a column or table has another name; may be repeated', collect)
      .option('--drop-unknown', 'drop also the kinds of objects that the models hold none of')
      .option('--check', 'write nothing; fail where the heads are not what is wanted')
      .option('--shadow-url <url>', 'a server to try it on, instead of the embedded PostgreSQL')
  },
  run: async (context, given) => {
    const options = { ...given, message: messageOf(given) }
    const { head, splice = false, dependsOn = [], ts = false, autogenerate = false } = options
    const hint = 'pgate diff --from heads --to models prints the SQL, for a file in its form.'
    refuseOthersFolder(context.config, autogenerate ? hint : undefined)
    const graph = await loadRevisionsToExtend(context.config.migrations)
    const placed = {
      kind: ts ? 'ts' : 'sql',
      revises: parentsOfNew(graph, { head, splice }),
      dependsOn: dependenciesOfNew(graph, dependsOn),
      ...(given.phase === 'contract' && { phase: 'contract' as const }),
    } as const
    if (!autogenerate) return createRevision(context, graph, { options, placed })
    const { autogenerateRevision } = await import('./autogenerate.ts')
    const revision = newRevision(context, { options, placed })
    return autogenerateRevision(context, { graph, revision, options })
  },
}

/** What is generated of nothing, and what is written without being looked at, has no use. */
const OF_AUTOGENERATE = [
  ...['to', 'toUrl', 'toCommand', 'rename', 'dropUnknown', 'check', 'shadowUrl'],
] as const satisfies readonly (keyof AutogenerateOptions)[]

/** @throws {GateError} USAGE where it is missing, or options do not go together */
function messageOf(options: RevisionOptions): string {
  const { autogenerate = false, check = false, ts = false, args = [] } = options
  if (options.message !== undefined && args.length > 0) {
    throw usage('the message is given twice, with -m and without', 'Leave one of them out.')
  }
  const message = options.message ?? (args.length > 0 ? args.join(' ') : undefined)
  if (options.phase === 'all') {
    throw usage('--phase all is no phase of a revision', 'Write --phase contract, or leave it out.')
  }
  const [alone] = OF_AUTOGENERATE.filter((name) => options[name] !== undefined)
  if (!autogenerate && alone !== undefined) {
    throw usage(`${optionFlag(alone)} is of --autogenerate`, 'Add --autogenerate.')
  }
  if (autogenerate && ts) throw usage('--autogenerate writes SQL', 'Leave --ts out.')
  if (message !== undefined) return message
  if (autogenerate && check) return 'check'
  throw usage('a revision needs a message', '`pgate revision "add users"` gives it one.')
}

function usage(message: string, hint: string): GateError {
  return new GateError('USAGE', message, { hint })
}
