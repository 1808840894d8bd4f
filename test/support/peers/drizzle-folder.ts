/** One entry of Drizzle's journal. */
export interface DrizzleEntry {
  readonly when: number
  readonly tag: string
}

/** `meta/_journal.json` as drizzle-kit 0.x writes it. */
export function drizzleJournal(entries: readonly DrizzleEntry[], dialect = 'postgresql'): string {
  const all = entries.map((entry, idx) => ({ idx, version: '7', ...entry, breakpoints: true }))
  return JSON.stringify({ version: '7', dialect, entries: all }, null, 2)
}
