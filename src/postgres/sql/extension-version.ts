/**
 * Orders two versions of an extension by their dot-separated parts as numbers: negative, zero or
 * positive, as sort functions want it. A missing part counts as 0; what follows the digits of a
 * part is ignored, and a part without digits comes before every number (`next`, `unpackaged`).
 *
 * @example compareVersions('0.7.1', '0.10') // negative
 */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [parts(one), parts(other)]
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** True where `version` is the floor or above it, and where there is no floor. */
export function meetsFloor(version: string, floor: string | undefined): boolean {
  return floor === undefined || compareVersions(version, floor) >= 0
}

/** The highest of some versions; undefined for none. */
export function newest(versions: readonly string[]): string | undefined {
  return versions.toSorted(compareVersions).at(-1)
}

function parts(version: string): readonly number[] {
  return version.split('.').map((part) => Number(/^\d+/.exec(part)?.[0] ?? -1))
}
