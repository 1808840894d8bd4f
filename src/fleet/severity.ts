import { EXIT_CODES, type ExitName } from '../errors/exit-codes.ts'

/**
 * From the most severe: a fault of pgate, what takes a human, what may pass by itself. Among
 * those a database that stands half way comes first, and one that was not reached last.
 */
export const BY_SEVERITY: readonly ExitName[] = [
  'bug',
  'migration',
  'verify',
  'history',
  'revisions',
  'roundTrip',
  'lint',
  'backup',
  'extensionNotPermitted',
  'extensionUnavailable',
  'refused',
  'config',
  'usage',
  'migrationRetriable',
  'lock',
  'notReady',
  'sigterm',
  'sigint',
]

const RANKS = new Map(BY_SEVERITY.map((name, rank) => [EXIT_CODES[name].number as number, rank]))

/** The exit code of a fleet whose targets ended with these; 0 for none. Pure. */
export function mostSevere(exitCodes: Iterable<number>): number {
  const [worst = 0] = [...exitCodes].toSorted((one, other) => rankOf(one) - rankOf(other))
  return worst
}

function rankOf(exitCode: number): number {
  return RANKS.get(exitCode) ?? BY_SEVERITY.length
}
