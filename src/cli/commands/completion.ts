import { Argument } from 'commander'
import type { Command } from '../command.ts'
import { COMMANDS } from '../commands.ts'
import { completionScript, SHELLS } from '../completion.ts'
import { createProgram } from '../program.ts'

/** The script that makes a shell complete pgate's commands and options. */
export const completion: Command = {
  examples: [
    'pgate completion bash > /etc/bash_completion.d/pgate',
    'pgate completion fish > ~/.config/fish/completions/pgate.fish',
  ],
  ignoresSettings: true,
  declare: (commander) => {
    commander.addArgument(new Argument('<shell>', 'for which shell').choices(SHELLS))
  },
  run: async ({ host }, { args: [wanted] = [] }) => {
    const loaded = await Promise.all(
      COMMANDS.map(async (entry) => ({ ...entry, command: await entry.load() })),
    )
    const shell = SHELLS.find((one) => one === wanted) ?? 'bash'
    const script = completionScript(
      shell,
      createProgram(host, loaded, async () => {}),
    )
    return { json: { shell, script }, lines: script.trimEnd().split('\n'), isData: true }
  },
}
