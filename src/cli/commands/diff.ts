import { type WrittenDiff, writeDiff } from '../../author/diff.ts'
import { renameOption } from '../../author/renames.ts'
import { readSide } from '../../author/sides.ts'
import { throwawayServer } from '../../author/throwaway.ts'
import { counted } from '../../base/words.ts'
import { GateError } from '../../errors/error.ts'
import { type Command, type CommandOutput, type CommonOptions, collect } from '../command.ts'

interface DiffOptions extends CommonOptions {
  readonly from: string
  readonly to: string
  readonly rename?: readonly string[]
  readonly dropUnknown?: boolean
  readonly allowDestructive?: boolean
  readonly check?: boolean
  readonly shadowUrl?: string
}

/** The SQL from one schema to another. */
export const diff: Command<DiffOptions> = {
  examples: [
    'pgate diff --from live --to heads',
    'pgate diff --from heads --to models',
    'pgate diff --from heads --to schema.sql --check',
    'pgate diff --from live --to postgresql://app@staging/app',
  ],
  declare: (commander) => {
    commander
      .requiredOption('--from <side>', 'live, a revision, models, a file or folder of SQL, a URL')
      .requiredOption('--to <side>', 'the same: what is to be reached')
      .option('--rename <old=new>', 'a column or table has another name; may be repeated', collect)
      .option('--drop-unknown', 'drop also the kinds of objects that the models hold none of')
      .option('--allow-destructive', 'write what destroys data as SQL, and not as a comment')
      .option('--check', 'fail where there is a difference')
      .option('--shadow-url <url>', 'a server to build on, instead of the embedded PostgreSQL')
  },
  run: async (context, options) => {
    const { rename = [], dropUnknown = false, allowDestructive = false, shadowUrl } = options
    const made = await writeDiff(context, {
      from: readSide({ text: options.from, label: '--from' }, context),
      to: readSide({ text: options.to, label: '--to' }, context),
      server: throwawayServer(context, shadowUrl),
      renames: rename,
      dropUnknown,
      allowDestructive,
    })
    const { from, to } = made.servers
    if (from !== to) context.log.warn('diff.servers', otherMajor(made), { from, to })
    if (options.check === true && made.statements.length > 0) throw differs(made)
    return output(made)
  },
}

function otherMajor({ servers: { from, to } }: WrittenDiff): string {
  return `--from was read on PostgreSQL ${from}, and --to on ${to}: what one of them prints otherwise stands as a difference. With --shadow-url what is built is built on a server of the same major version`
}

function output(made: WrittenDiff): CommandOutput {
  const { sql, statements, leftOut, unwritten, servers } = made
  const questions = made.questions.map((one) => ({ ...one, answer: renameOption(one) }))
  const marked = statements.map((one) => ({ ...one, isComment: leftOut.has(one) }))
  const json = { sql, statements: marked, questions, unwritten, servers }
  return { json, lines: sql === '' ? [] : [sql], isData: true }
}

function differs(made: WrittenDiff): GateError {
  const { json } = output(made)
  const message = `${counted(made.statements.length, 'statement')} between --from and --to:`
  const lines = made.statements.map(({ sql }) => `${sql};`)
  return new GateError('SCHEMA_DIFFERS', [message, ...lines].join('\n'), {
    facts: { ...json },
    hint: 'The same call without --check prints the SQL.',
  })
}
