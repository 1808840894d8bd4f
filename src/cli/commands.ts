import { AUTHOR_COMMANDS } from './author-commands.ts'
import type { CommandEntry } from './command-entry.ts'
import { GATE_COMMANDS } from './gate-commands.ts'

const HELP_COMMANDS: readonly CommandEntry[] = [
  {
    name: 'explain',
    takes: '[code]',
    summary: 'say what an error code or an exit code means, and what to do',
    group: 'help',
    settings: [],
    kind: 'query',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'completion',
    takes: '<shell>',
    summary: 'print what makes bash, zsh or fish complete commands and options',
    group: 'help',
    settings: [],
    kind: 'query',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
]

/** Every command, in the order in which help lists them; its file is loaded when it is called. */
export const COMMANDS: readonly CommandEntry[] = Object.freeze([
  ...GATE_COMMANDS,
  ...AUTHOR_COMMANDS,
  ...HELP_COMMANDS,
])

/** The command of that name, or whose alias it is. */
export function commandNamed(wanted: string): CommandEntry | undefined {
  return COMMANDS.find(({ name, aliases = [] }) => [name, ...aliases].includes(wanted))
}
