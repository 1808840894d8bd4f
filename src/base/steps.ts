import type { Clock } from './clock.ts'

/** The rooms of the gate, in the order in which they are passed. */
export type StepName = 'wait' | 'extensions' | 'migrate' | 'repair' | 'verify'

/** How one step went. */
export interface StepRecord {
  readonly name: StepName
  readonly state: 'done' | 'failed'
  /** Whole milliseconds. */
  readonly durationMs: number
  /** What it did, in a few words; empty where it failed. */
  readonly summary: string
}

/** Who is notified as steps come and go. */
export interface StepListener {
  started(name: StepName): void
  ended(record: StepRecord): void
}

/** Times the steps and remembers them, so that a failed gate can still say how far it came. */
export interface Steps {
  /** Runs a step; `summarize` says what it did. A failing step is recorded and throws on. */
  run<T>(name: StepName, act: () => Promise<T>, summarize: (outcome: T) => string): Promise<T>
  /** The step that is under way. */
  current(): StepName | undefined
  records(): readonly StepRecord[]
  /** Forgets the records: the pipeline is run again. */
  restart(): void
}

/** Times each step and keeps its record; the listener hears of its start, progress and end. */
export function recordSteps(clock: Clock, listener: StepListener): Steps {
  const records: StepRecord[] = []
  let current: StepName | undefined
  const end = (name: StepName, startedAt: number, summary: string | undefined) => {
    const record: StepRecord = Object.freeze({
      name,
      state: summary === undefined ? 'failed' : 'done',
      durationMs: Math.round(clock.now() - startedAt),
      summary: summary ?? '',
    })
    current = undefined
    records.push(record)
    listener.ended(record)
  }
  return {
    current: () => current,
    records: () => [...records],
    restart: () => {
      records.length = 0
    },
    run: async (name, act, summarize) => {
      const startedAt = clock.now()
      current = name
      listener.started(name)
      let summary: string | undefined
      try {
        const outcome = await act()
        summary = summarize(outcome)
        return outcome
      } finally {
        end(name, startedAt, summary)
      }
    },
  }
}
