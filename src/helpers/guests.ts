import { AsyncLocalStorage } from 'node:async_hooks'

/** What runs next to the gate, in a process of its own, and has to be looked at before a verdict. */
export interface Guest {
  /**
   * Resolves once nothing that has gone wrong there is still to be heard of.
   * @throws what has gone wrong
   */
  settle(): Promise<void>
  /** Ends it at once, whatever it does; what waits for it rejects with `reason`. Never rejects. */
  end(reason: unknown): Promise<void>
  /** Ends it without waiting for that. */
  kill(): void
}

/** A run: a process that has the library may have several, and each ends its own guests alone. */
export interface Run {
  readonly guests: Set<Guest>
  /** Called with what has gone wrong in a guest where nobody waits for it. */
  readonly stray: (error: unknown) => void
  listener?: GuestListener | undefined
}

/** Hears, line by line, what guests print. */
export interface GuestListener {
  readonly onLine: (line: string) => void
  /** Takes out secrets. */
  readonly hide: (line: string) => string
}

/** What is started where there is none; what nobody waits for is the process's own to hear. */
const NO_RUN: Run = {
  guests: new Set(),
  stray: (error) => {
    throw error
  },
}

let runs: AsyncLocalStorage<Run> | undefined

/** Acts as a run of its own: what is started meanwhile is this run's. */
export function asRun<T>(
  stray: Run['stray'] | undefined,
  act: (run: Run) => Promise<T>,
): Promise<T> {
  const run: Run = { guests: new Set(), stray: stray ?? NO_RUN.stray }
  // Made here and not before: the executable's snapshot holds this module.
  runs ??= new AsyncLocalStorage()
  return runs.run(run, () => act(run))
}

/** The run that the caller is part of. */
export function currentRun(): Run {
  return runs?.getStore() ?? NO_RUN
}

/** Until `over` the listener hears what the run's guests print; without one it goes to standard error as it is. */
export function hearGuests(over: AbortSignal, one: GuestListener): void {
  const run = currentRun()
  run.listener = one
  const leave = () => {
    if (run.listener === one) run.listener = undefined
  }
  over.addEventListener('abort', leave, { once: true })
}

export function guestListener(): GuestListener | undefined {
  return currentRun().listener
}

/** A value that each run has one of, made when it is first asked for. */
export function oneForEachRun<T>(make: () => T): () => T {
  const values = new WeakMap<Run, { readonly value: T }>()
  return () => {
    const run = currentRun()
    const one = values.get(run) ?? { value: make() }
    values.set(run, one)
    return one.value
  }
}

const everywhere = new Set<Guest>()

/** To be called by who starts one; the result is to be called when it has ended. */
export function guestStarted(guest: Guest): () => void {
  const { guests } = currentRun()
  for (const set of [guests, everywhere]) set.add(guest)
  return () => {
    for (const set of [guests, everywhere]) set.delete(guest)
  }
}

/**
 * To be awaited before a verdict that is good.
 * @throws what has gone wrong in a guest and was not heard of yet
 */
export async function settleGuests(): Promise<void> {
  for (const guest of currentRun().guests) await guest.settle()
}

/** Ends every guest of a run; never rejects. */
export async function endGuests({ guests }: Run, reason: unknown): Promise<void> {
  await Promise.all([...guests].map((guest) => guest.end(reason)))
}

/** For the moment in which the process ends: nothing can be waited for. */
export function killGuests(): void {
  for (const guest of everywhere) guest.kill()
}
