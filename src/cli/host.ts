import type { Clock } from '../base/clock.ts'

/** What the process offers, narrowed to what pgate uses. `edge.ts` makes the real one. */
export interface Host {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly userName: string
  readonly hostName: string
  readonly pid: number
  /** True where a process with that id runs on this host. */
  readonly isAlive: (pid: number) => boolean
  readonly clock: Clock
  /** Aborts with the GateError of the signal that arrived. */
  readonly interrupt: AbortSignal
  /** Aborts with the GateError of a further signal; the process ends when its listeners return. */
  readonly insistence: AbortSignal
  readonly stdout: Stream
  readonly stderr: Stream
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
  readonly isTerminal: boolean
  readonly hasColors: boolean
}
