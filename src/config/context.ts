import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Config } from './config.ts'

/** What every step is given. Nothing reaches for the environment, the clock or a global log. */
export interface StepContext {
  readonly config: Config
  readonly log: Log
  readonly clock: Clock
  /**
   * Aborts on SIGTERM, SIGINT and when PGATE_DEADLINE passes; its reason is the GateError to end
   * with.
   */
  readonly signal: AbortSignal
  /**
   * Process ids of the sessions that wait for the server's answer at this moment: who ends the
   * process under them has to report them.
   */
  readonly unanswered: Set<number>
  /** Bytes of the log that its reader has not taken yet; absent: that is not known. */
  readonly unsent?: () => number
  /** What a program that is started gets as its environment; absent: nothing. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Says in one short line what is being waited for or done; shown on a terminal only. */
  readonly progress: (line: string) => void
}
