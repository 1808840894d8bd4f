import { byCodeUnits } from '../../revisions/graph/history-rules.ts'

/** How a baseline's id begins, as its file does: all up to its version is there. */
const BASELINE = /^B(?=\d)/
/** What stands behind the id of a row that is not of SQL: `3 (JDBC)`. */
const LANGUAGE = / \([A-Z_]+\)$/
/** What names a repeatable file; behind it stands the checksum of its text. */
const REPEATABLE = /^(R__.*?)(?:#[0-9a-z]+)?$/s

/** Of a versioned file, and of the rows of one. */
export function versionedId(version: string, isBaseline = false): string {
  return isBaseline ? `B${version}` : version
}

/** Of a repeatable file: another for each text, so that what is applied stays a set. */
export function repeatableId(description: string, checksum: number): string {
  return `R__${description.replaceAll(' ', '_')}#${(checksum >>> 0).toString(16)}`
}

/** What names a repeatable file, whatever its text; undefined for any other. */
export function repeats(id: string): string | undefined {
  return REPEATABLE.exec(id.replace(LANGUAGE, ''))?.[1]
}

/** A row that has no file, and misses none: a baseline, or one of code. */
export function isMark(row: string): boolean {
  return BASELINE.test(row) || LANGUAGE.test(row)
}

/** A baseline stands for all up to its version, and what was run for a baseline's file; 1 is 01 and 1.0. */
export function covers(row: string, id: string): boolean {
  if (repeats(row) !== undefined || repeats(id) !== undefined) {
    return LANGUAGE.test(row) && repeats(row) === repeats(id)
  }
  const order = compareIds(id, row)
  if (BASELINE.test(row)) return order <= 0 || BASELINE.test(id)
  return BASELINE.test(id) ? order >= 0 : order === 0
}

/** By version, those that are run again and again after all others. */
export function compareIds(one: string, other: string): number {
  const [again, otherAgain] = [repeats(one), repeats(other)]
  if (again !== undefined || otherAgain !== undefined) {
    return Number(again !== undefined) - Number(otherAgain !== undefined) || byCodeUnits(one, other)
  }
  return compareVersions(versionIn(one), versionIn(other))
}

function versionIn(id: string): string {
  return id.replace(BASELINE, '').replace(LANGUAGE, '')
}

/** Part by part, as numbers of any size; a part that is missing is 0. */
export function compareVersions(one: string, other: string): number {
  const [parts, others] = [one.split('.'), other.split('.')]
  for (let index = 0; index < Math.max(parts.length, others.length); index += 1) {
    const difference = numberOf(parts[index]) - numberOf(others[index])
    if (difference !== 0n) return difference < 0n ? -1 : 1
  }
  return 0
}

/** A row may hold what no tool has put there. */
function numberOf(part = '0'): bigint {
  return /^\d+$/.test(part) ? BigInt(part) : 0n
}
