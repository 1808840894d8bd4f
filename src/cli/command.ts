import type { Command as Commander } from 'commander'
import type { Steps } from '../base/steps.ts'
import type { StepContext } from '../config/context.ts'
import type { ConfigOptions } from '../config/variables.ts'
import type { Origin } from '../store/journal.ts'
import type { Host } from './host.ts'

/** One command: how it is called, and what it does. */
export interface Command<Options extends CommonOptions = CommonOptions> {
  readonly name: string
  /** Other names that it is called by. */
  readonly aliases?: readonly string[]
  readonly summary: string
  /** Calls as one would type them; for docs/commands.md. */
  readonly examples?: readonly string[]
  /**
   * `act`: changes or proves something; its verdict goes to standard output.
   * `query`: its output is data for another program; a failure goes to standard error.
   */
  readonly kind: 'act' | 'query'
  /** Whether these options (`--sql`) make a query of an act. */
  isQuery?(options: Options): boolean
  /** Adds its own arguments and options; those that every command has are added for it. */
  readonly declare?: (commander: Commander) => void
  run(context: CommandContext, options: Options): Promise<CommandOutput>
}

/** Options that every command takes. */
export interface CommonOptions extends ConfigOptions {
  readonly json?: boolean
  /** A directory, or `true` for memory. */
  readonly embedded?: string | true
  /** `--no-verify`, of the commands that have it. */
  readonly skipVerify?: boolean
  /** What stands after the command's name. */
  readonly args?: readonly string[]
}

/** What a command is given. */
export interface CommandContext extends StepContext {
  readonly host: Host
  readonly steps: Steps
  readonly origin: Origin
  readonly embedded: string | true | undefined
}

/** What a command hands back; the edge decides how it is printed. */
export interface CommandOutput {
  /** For `--json`: one document. */
  readonly json: Readonly<Record<string, unknown>>
  /** For people: lines, without the last line feed. */
  readonly lines: readonly string[]
  /** The lines are for another program (SQL for psql): not a character is changed. */
  readonly isData?: true
  /** What the verdict's line says, for commands that have one. */
  readonly verdict?: string
}
