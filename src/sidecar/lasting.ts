import { growing } from '../base/backoff.ts'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/** How long at most a sidecar pauses before it tries a gate again that was shut so many times (1 or more). */
export function retryPauseMs(tries: number): number {
  return growing(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, tries)
}

/** What lasts until a signal ends it: that end is none to report. */
export async function untilInterrupted(
  interrupt: AbortSignal,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!interrupt.aborted) throw error
  }
}
