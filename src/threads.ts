/**
 * A thread beside the one that hears signals: for code that this one could not interrupt, a
 * revision's module or WebAssembly.
 */
export interface Thread {
  /**
   * Resolves once nothing that has gone wrong there is still to be heard of.
   * @throws what has gone wrong
   */
  settle(): Promise<void>
  /** Ends it at once, whatever it does; what waits for it rejects with `reason`. Never rejects. */
  end(reason: unknown): Promise<void>
}

const threads = new Set<Thread>()

/** To be called by who starts a thread; the result is to be called when it has ended. */
export function threadStarted(thread: Thread): () => void {
  threads.add(thread)
  return () => threads.delete(thread)
}

/**
 * To be awaited before a verdict that is good.
 * @throws what has gone wrong in a thread and was not heard of yet
 */
export async function settleThreads(): Promise<void> {
  for (const thread of threads) await thread.settle()
}

/** Ends every thread; never rejects. */
export async function endThreads(reason: unknown): Promise<void> {
  await Promise.all([...threads].map((thread) => thread.end(reason)))
}
