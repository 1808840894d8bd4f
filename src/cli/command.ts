import type { Command as Commander } from 'commander'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/log.ts'
import type { Steps } from '../base/steps.ts'
import type { ConfigProblem } from '../config/config.ts'
import type { StepContext } from '../config/context.ts'
import type { ConfigOptions } from '../config/variables.ts'
import type { Machine } from '../helpers/machine.ts'
import type { Origin } from '../store/journal.ts'

/** One command: what it takes, and what it does. */
export interface Command<
  Options extends CommonOptions = CommonOptions,
  Json extends object = object,
> {
  /** Calls as one would type them; for docs/commands.md. */
  readonly examples?: readonly string[]
  /** Whether these options (`--sql`) make a query of an act. */
  isQuery?(options: Options): boolean
  /** Whether it migrates: what follows `--` then is the program that does it. */
  readonly takesMigrator?: true
  /** True where it needs no settings, and must work where one of them is wrong. */
  readonly ignoresSettings?: true
  /** Adds its own arguments and options; those that every command has are added for it. */
  readonly declare?: (commander: Commander) => void
  /** The options as they are meant, where one of those that every command has means something else here. */
  understand?(options: Options): Options
  run(context: CommandContext, options: Options): Promise<CommandOutput<Json>>
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

/** A line that is colored, and printable in all that came from elsewhere: printed as it is. */
export interface StyledLine {
  readonly styled: string
}

/** What a command hands back; the edge decides how it is printed. */
export interface CommandOutput<Json extends object = object> {
  /** For `--json`, and what the library hands back: one document. */
  readonly json: Json
  /** For people: lines, without the last line feed. */
  readonly lines: readonly (string | StyledLine)[]
  /** The lines are for another program (SQL for psql): not a character is changed. */
  readonly isData?: boolean
  /** What it ends with, once all of this has been printed. */
  readonly failure?: Error
  /** What the verdict's line says, for commands that have one. */
  readonly verdict?: string
}

/** What the process offers, narrowed to what pgate uses. `edge.ts` makes the real one. */
export interface Host extends Machine {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** What an option is called where it was given; absent: as on the command line, `--wait-timeout`. */
  readonly optionName?: (option: string) => string
  /** What is wrong with options that a command line could not have. */
  readonly optionProblems?: readonly ConfigProblem[]
  /** Called with what has gone wrong next to a run where nobody waits for it, so that it ends; absent: thrown. */
  readonly stray?: (error: unknown) => void
  /** Aborts with the GateError of the signal that arrived. */
  readonly interrupt: AbortSignal
  /** Aborts with the GateError of a further signal; the process ends when its listeners return. */
  readonly forceExit: AbortSignal
  readonly stdout: Stream
  readonly stderr: Stream
  /** Node.js reports its warnings to the listener, in place of writing them to standard error. */
  readonly hearWarnings?: (listener: (warning: Error) => void) => void
  /** A caller's pino, in place of lines on `stderr`. */
  readonly log?: Logger
  /** The answer of the person at the terminal; `null` where there is nobody to ask. */
  ask(question: string): Promise<string | null>
  /** All that is piped into the program; `null` where a person sits at the terminal instead. */
  readInput(signal: AbortSignal): Promise<Uint8Array | null>
  /** Where Kubernetes reads why a container ended. */
  readonly terminationLog: string
}

export interface Stream {
  /** Writes at once: a line that was written is not lost when the process ends. */
  write(text: string): void
  /** Bytes that its reader has not taken yet; absent: that is not known. */
  unsent?(): number
  readonly isTerminal: boolean
  readonly hasColors: boolean
}

export interface VerboseOptions extends CommonOptions {
  readonly verbose?: boolean
}

/** `--verbose`, of the commands that show revisions. */
export function declareVerbose(commander: Commander): void {
  commander.option('-v, --verbose', 'the long form: file, parents, labels, date and message')
}

/** Of an option that may be repeated: all of its values. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
