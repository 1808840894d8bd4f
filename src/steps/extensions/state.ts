import type { DeclaredExtension } from '../../config/config.ts'
import { meetsFloor } from '../../postgres/sql/extension-version.ts'

/** An extension that the database has. */
export interface InstalledExtension {
  readonly name: string
  readonly version: string
  readonly schema: string
}

/** An extension that the server could create. */
export interface OfferedExtension {
  readonly name: string
  /** What CREATE EXTENSION takes where no version is asked for. */
  readonly defaultVersion: string
  /** Every one for what is wanted, at least the default one for the rest. */
  readonly versions: readonly OfferedVersion[]
}

export interface OfferedVersion {
  readonly version: string
  /** CREATE on the database is enough, even where `superuser` is true. */
  readonly trusted: boolean
  readonly superuser: boolean
  /** The one schema it can be in, where it has such a one. */
  readonly schema?: string
  readonly requires: readonly string[]
}

/** What the server says about extensions. */
export interface ExtensionState {
  readonly installed: readonly InstalledExtension[]
  readonly offered: readonly OfferedExtension[]
  /** Where ALTER EXTENSION UPDATE can go from the installed version, for those below their floor. */
  readonly updates: readonly { readonly name: string; readonly to: string }[]
  /** Which of the declared schemas exist. */
  readonly schemas: readonly string[]
}

/** A declared extension that the database lacks, or has below the floor. */
export interface ExtensionFault {
  readonly name: string
  readonly floor?: string
  /** The installed version; `null`: none is. */
  readonly found: string | null
}

/** Which declared extensions are missing or below their floor; none where all is right. */
export function checkInstalled(
  wanted: readonly DeclaredExtension[],
  installed: readonly InstalledExtension[],
): readonly ExtensionFault[] {
  return wanted.flatMap(({ name, floor }) => {
    const found = installed.find((extension) => extension.name === name)?.version ?? null
    if (found !== null && meetsFloor(found, floor)) return []
    return [Object.freeze({ name, found, ...(floor !== undefined && { floor }) })]
  })
}

/** What is promised of the declared extensions, and the version of each that is installed. */
export function requiredExtensions(
  wanted: readonly DeclaredExtension[],
  installed: readonly InstalledExtension[],
): readonly { name: string; floor: string | undefined; installed: string | undefined }[] {
  return wanted
    .filter(({ optional }) => optional !== true)
    .map(({ name, floor }) => ({
      name,
      floor,
      installed: installed.find((extension) => extension.name === name)?.version,
    }))
}

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
