import type { DeclaredExtension } from '../../config/config.ts'
import type { OfferedExtension, OfferedVersion } from './state.ts'

/**
 * Every extension that the default version of `name` requires, directly or not; itself not among
 * them.
 */
export function requirements(
  name: string,
  offered: readonly OfferedExtension[],
  seen: Set<string> = new Set(),
): ReadonlySet<string> {
  for (const required of defaultOf(name, offered)?.requires ?? []) {
    if (seen.has(required)) continue
    seen.add(required)
    requirements(required, offered, seen)
  }
  return seen
}

/** The version that CREATE EXTENSION takes; undefined where the server does not offer any. */
export function defaultOf(
  name: string,
  offered: readonly OfferedExtension[],
): OfferedVersion | undefined {
  const offer = offered.find((extension) => extension.name === name)
  return offer?.versions.find((one) => one.version === offer.defaultVersion)
}

/** As declared, but each after what it requires; PostgreSQL lets no requirement be circular. */
export function requiredFirst(
  wanted: readonly DeclaredExtension[],
  offered: readonly OfferedExtension[],
): readonly DeclaredExtension[] {
  const ordered = new Set<DeclaredExtension>()
  for (const declared of wanted) {
    const required = requirements(declared.name, offered)
    const before = wanted.filter((other) => required.has(other.name))
    const byDepth = before.toSorted(
      (one, other) => requirements(one.name, offered).size - requirements(other.name, offered).size,
    )
    for (const one of [...byDepth, declared]) ordered.add(one)
  }
  return [...ordered]
}
