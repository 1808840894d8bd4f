import { commandNamed } from './commands.ts'

/** What other tools call what pgate has another word for, and the command that does it here. */
export const ANSWERS: readonly (readonly [verbs: string, answer: string])[] = [
  ['up migrate apply latest run sync load', '`pgate upgrade` applies what is pending'],
  ['up-by-one next', '`pgate upgrade +1` applies the next revision'],
  ['deploy release push start dev', '`pgate gate` waits, applies what is pending and verifies'],
  [
    'goto up-to down-to to',
    '`pgate history` lists the revisions: `pgate upgrade head` and `pgate downgrade -1` also take one of them',
  ],
  [
    'down back prev revert undo',
    '`pgate downgrade -1` undoes the last revision, `pgate downgrade base` all of them',
  ],
  ['clean drop fresh refresh', '`pgate reset` undoes all revisions; it asks first'],
  [
    'generate makemigrations make add',
    '`pgate revision "add users"` writes an empty file, `pgate revision --autogenerate -m "add users"` one out of your models',
  ],
  ['validate', '`pgate verify` compares the schema, `pgate check` the files as well'],
  ['edit fix hash', '`pgate check` says what of the files and the database disagrees'],
  [
    'repair',
    'A failed run leaves nothing to repair; `pgate check` says what is wrong, and what to run',
  ],
  ['force resolve fake', '`pgate stamp head` sets the version without running anything'],
  ['version', '`pgate current` shows where the database is, `pgate --version` which pgate this is'],
  [
    'list ls log pending showmigrations',
    '`pgate status` shows what is applied and what is pending',
  ],
  ['plan preview', '`pgate upgrade --dry-run` prints what would be applied'],
  ['sqlmigrate script', '`pgate upgrade --sql` prints the SQL that would be run'],
  ['dump', '`pgate manifest` writes the schema that the revisions promise'],
  ['pull introspect', '`pgate baseline` makes one revision of what a database holds'],
  ['squashmigrations', '`pgate squash base:head` makes one revision of many'],
  [
    'ping ready health',
    '`pgate wait` waits until the server is usable, `pgate probe` asks the sidecar',
  ],
  ['serve daemon watch', '`pgate sidecar` stays after the gate, and answers over HTTP'],
]

/** What stands before the verb elsewhere: `db push`, `migration:run`. */
const PREFIX = /^(?:db|database|migrat(?:e|ion|ions)|schema)$/

/**
 * What to run here where a command line has another tool's words, in one sentence; undefined: they mean
 * nothing that pgate does.
 */
export function answerTo(args: readonly string[]): string | undefined {
  const [first = '', second] = args.flatMap((word) => word.split(':'))
  const verb = second !== undefined && PREFIX.test(first) ? second : first
  const command = verb === first ? undefined : commandNamed(verb)
  const answerOf = (word: string) => ANSWERS.find(([verbs]) => verbs.split(' ').includes(word))?.[1]
  if (command?.name === 'revision') return answerOf('generate')
  if (command === undefined) return answerOf(verb) ?? answerOf(first)
  return `\`pgate ${command.name}\` does that: ${command.summary}`
}
