import { setTimeout as delay } from 'node:timers/promises'

/** How long one that waits for another process to make it looks away, in milliseconds. */
const LOOK_MS = 100

/** Something that processes make once between them. */
interface Making {
  readonly isThere: () => Promise<boolean>
  /** What gives the lock back; undefined where another process has it. */
  readonly tryLock: () => Promise<(() => Promise<unknown>) | undefined>
  readonly make: () => Promise<void>
}

/** Makes it unless it is there; where another process is making it, waits until that has ended. */
export async function madeOnce({ isThere, tryLock, make }: Making): Promise<void> {
  while (!(await isThere())) {
    const unlock = await tryLock()
    if (unlock === undefined) {
      await delay(LOOK_MS)
      continue
    }
    try {
      // It may have been made since the last look.
      if (!(await isThere())) await make()
    } finally {
      await unlock()
    }
  }
}

/** What fails before anybody waits for it is thrown where somebody does. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
