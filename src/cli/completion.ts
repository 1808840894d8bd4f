import type { Command as Commander } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** A command, as a shell completes it. */
interface Completed {
  readonly names: readonly string[]
  readonly summary: string
  readonly options: readonly CompletedOption[]
}

interface CompletedOption {
  /** Without dashes. */
  readonly long: string
  readonly short?: string | undefined
  readonly summary: string
  /** What may follow it; empty: anything, as a file name. */
  readonly choices: readonly string[]
  readonly takesValue: boolean
}

/**
 * The script that makes a shell complete the commands, their options, and the words an option may be,
 * from the same table as the help. Pure.
 */
export function completionScript(shell: Shell, program: Commander): string {
  return SCRIPTS[shell](program.commands.map(completed))
}

function completed(commander: Commander): Completed {
  const options = commander.createHelp().visibleOptions(commander)
  return {
    names: [commander.name(), ...commander.aliases()],
    summary: commander.description(),
    options: options.map(({ long, short, description, argChoices = [], required, optional }) => ({
      long: (long ?? '').replace(/^--/, ''),
      short: short?.replace(/^-/, ''),
      summary: description,
      choices: argChoices,
      takesValue: required || optional,
    })),
  }
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly Completed[]) => string>> = {
  bash,
  zsh,
  fish,
}

const flags = ({ options }: Completed) => options.map(({ long }) => `--${long}`).join(' ')

/** The choices of options that have some, by option; one name means the same in every command. */
function choicesByOption(commands: readonly Completed[]): ReadonlyMap<string, string> {
  const found = commands
    .flatMap(({ options }) => options)
    .filter(({ choices }) => choices.length > 0)
  return new Map(found.map(({ long, choices }) => [long, choices.join(' ')]))
}

function bash(commands: readonly Completed[]): string {
  const names = commands.flatMap((command) => command.names)
  return `# pgate completion for bash: source it, or save it in /etc/bash_completion.d
_pgate() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${names.join('|')}) command=$word; break ;; esac
  done
  case $before in
${[...choicesByOption(commands)].map(([long, words]) => `    --${long}) COMPREPLY=($(compgen -W '${words}' -- "$current")); return ;;`).join('\n')}
  esac
  case $command in
    '') words='${names.join(' ')} --help --version' ;;
${commands.map((one) => `    ${one.names.join('|')}) words='${flags(one)}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _pgate pgate
`
}

/** Ends a word in single quotes, so that it stays one word whatever it holds. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

function zsh(commands: readonly Completed[]): string {
  const listed = commands.flatMap(({ names, summary }) =>
    names.map((name) => quoted(`${name}:${summary}`)),
  )
  const options = commands.map(
    (one) =>
      `    ${one.names.join('|')}) options=(${one.options.map(({ long, summary }) => quoted(`--${long}:${summary}`)).join(' ')}) ;;`,
  )
  return `#compdef pgate
# pgate completion for zsh: save it as _pgate in a folder of $fpath
_pgate() {
  local -a commands=(${listed.join(' ')}) options
  local command word
  for word in \${words[2,CURRENT-1]}; do
    if [[ -n \${commands[(r)$word:*]} ]]; then command=$word; break; fi
  done
  case \${words[CURRENT-1]} in
${[...choicesByOption(commands)].map(([long, words]) => `    --${long}) compadd -- ${words}; return ;;`).join('\n')}
  esac
  case $command in
    '') _describe -t commands 'pgate command' commands; return ;;
${options.join('\n')}
  esac
  [[ $PREFIX == -* ]] && _describe -o -t options option options || _files
}
[[ \${funcstack[1]} == _pgate ]] && _pgate "$@" || compdef _pgate pgate
`
}

function fish(commands: readonly Completed[]): string {
  const names = commands.flatMap((command) => command.names).join(' ')
  const lines = commands.flatMap(({ names: own, summary, options }) => [
    ...own.map(
      (name) =>
        `complete -c pgate -f -n "not __fish_seen_subcommand_from ${names}" -a ${name} -d ${quoted(summary)}`,
    ),
    ...options.map(({ long, short, summary: what, choices, takesValue }) => {
      const value =
        choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : ''
      const letter = short === undefined ? '' : ` -s ${short}`
      return `complete -c pgate -n "__fish_seen_subcommand_from ${own.join(' ')}" -l ${long}${letter}${value} -d ${quoted(what)}`
    }),
  ])
  return `# pgate completion for fish: save it as ~/.config/fish/completions/pgate.fish
${lines.join('\n')}
`
}
