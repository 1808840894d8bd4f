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

const guests = new Set<Guest>()

/** Hears, line by line, what guests print. */
export interface GuestListener {
  readonly onLine: (line: string) => void
  /** Takes out secrets. */
  readonly hide: (line: string) => string
}

let listener: GuestListener | undefined

/** Until `over` the listener hears what guests print; without one it goes to standard error as it is. */
export function hearGuests(over: AbortSignal, one: GuestListener): void {
  listener = one
  const leave = () => {
    if (listener === one) listener = undefined
  }
  over.addEventListener('abort', leave, { once: true })
}

export function guestListener(): GuestListener | undefined {
  return listener
}

/** To be called by who starts one; the result is to be called when it has ended. */
export function guestStarted(guest: Guest): () => void {
  guests.add(guest)
  return () => guests.delete(guest)
}

/**
 * To be awaited before a verdict that is good.
 * @throws what has gone wrong in a guest and was not heard of yet
 */
export async function settleGuests(): Promise<void> {
  for (const guest of guests) await guest.settle()
}

/** Ends every guest; never rejects. */
export async function endGuests(reason: unknown): Promise<void> {
  await Promise.all([...guests].map((guest) => guest.end(reason)))
}

/** For the moment in which the process ends: nothing can be waited for. */
export function killGuests(): void {
  for (const guest of guests) guest.kill()
}
