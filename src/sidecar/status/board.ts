import type { Status } from './status.ts'

/** Where the newest status hangs: written by what looks, read by what answers. */
export interface Board {
  status(): Status
  /** Puts up a new status; the fields that are not named stay. */
  post(change: Partial<Status>): void
  /** Calls `listener` after each change. */
  watch(listener: (status: Status) => void): void
}

export function createBoard(first: Status): Board {
  const listeners: ((status: Status) => void)[] = []
  let status = first
  return Object.freeze({
    status: () => status,
    post: (change: Partial<Status>) => {
      status = Object.freeze({ ...status, ...change })
      for (const listener of listeners) listener(status)
    },
    watch: (listener: (status: Status) => void) => void listeners.push(listener),
  })
}
