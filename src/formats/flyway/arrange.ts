import type { FaultInFile } from '../../revisions/file/faults.ts'
import { nameOf } from '../../revisions/file/file-name.ts'
import { byCodeUnits } from '../../revisions/graph/history-rules.ts'
import { type FileName, type Naming, parseName } from './names.ts'
import { compareVersions } from './versions.ts'

/** A file that is to be read as a revision, by its path in the folder. */
export interface Migration {
  readonly path: string
  readonly name: Extract<FileName, { readonly kind: 'versioned' | 'baseline' | 'repeatable' }>
  /** The file that undoes it. */
  readonly undo?: string
}

/** The files of a folder, in the order in which they run, and those that cannot be. */
export interface Arrangement {
  readonly migrations: readonly Migration[]
  readonly faulty: ReadonlyMap<string, Omit<FaultInFile, 'line'>>
}

interface Named<Kind extends FileName['kind']> {
  readonly path: string
  readonly name: Extract<FileName, { readonly kind: Kind }>
}

/** Versions first, then what is repeated, by its description. Pure. */
export function arrange(paths: readonly string[], naming: Naming): Arrangement {
  const named = paths.map((path) => ({ path, name: parseName(nameOf(path), naming) }))
  const of = <Kind extends FileName['kind']>(kind: Kind) =>
    named.filter((one): one is Named<Kind> => one.name.kind === kind)
  const versioned = of('versioned').toSorted(byVersion)
  const undo = of('undo').toSorted(byVersion)
  const repeated = of('repeatable').toSorted((one, other) =>
    byCodeUnits(one.name.description, other.name.description),
  )
  // With the files that a baseline stands for there it says nothing that these do not.
  const [first] = versioned
  const baselines = of('baseline').filter((one) => first === undefined || byVersion(one, first) < 0)
  const baseline = baselines.toSorted(byVersion).at(-1)
  const withUndo = versioned.map((one) => {
    const path = undo.find((other) => byVersion(one, other) === 0)?.path
    return { ...one, ...(path !== undefined && { undo: path }) }
  })
  return {
    migrations: [...(baseline === undefined ? [] : [baseline]), ...withUndo, ...repeated],
    faulty: new Map([
      ...of('callback').flatMap(({ path, name: { event } }) => ofCallback(path, event)),
      ...of('nearly').map(({ path, name }) => ofNearly(path, name, naming)),
      ...twice(versioned, (one, other) => byVersion(one, other) === 0),
      ...twice(undo, (one, other) => byVersion(one, other) === 0),
      ...twice(repeated, (one, other) => one.name.description === other.name.description),
    ]),
  }
}

interface Versioned {
  readonly name: { readonly version: string }
}

function byVersion(one: Versioned, other: Versioned): number {
  return compareVersions(one.name.version, other.name.version)
}

type FaultyFile = readonly [path: string, fault: Omit<FaultInFile, 'line'>]

/** Those around what pgate does; of cleaning, validating and the like it does nothing. */
const OF_MIGRATE =
  /^(?:before|after)(?:Each)?(?:Migrate|Repeatables|Versioned|Connect)|^(?:beforeC|c)reateSchema/

function ofCallback(path: string, event: string): readonly FaultyFile[] {
  if (!OF_MIGRATE.test(event)) return []
  const message = `a callback of Flyway's, which pgate does not run: ${event}`
  const remedy =
    'make it a repeatable migration (R__<description>.sql), or keep Flyway, with the gate around it: pgate -- flyway migrate'
  return [[path, { code: 'REVISION_UNSUPPORTED', message, remedy }]]
}

function ofNearly(
  path: string,
  { prefix }: Named<'nearly'>['name'],
  { separator }: Naming,
): FaultyFile {
  const message = 'its name is none that Flyway knows, and Flyway passes it over without a word'
  const form = prefix === 'R' ? '' : '<version>'
  const remedy = `name it ${prefix}${form}${separator}<description>.sql, or take it out of the folder`
  return [path, { code: 'REVISION_HEADER', message, remedy }]
}

/** In order, so that those alike stand next to each other. */
function twice<T extends { readonly path: string }>(
  files: readonly T[],
  isSame: (one: T, other: T) => boolean,
): readonly FaultyFile[] {
  return files.flatMap((file, index) => {
    const before = files[index - 1]
    if (before === undefined || !isSame(before, file)) return []
    const message = `it is of the same version, or description, as ${before.path}`
    const remedy = 'give one of them another, unless it is a copy to be deleted'
    return [[file.path, { code: 'REVISION_DUPLICATE', message, remedy }] as const]
  })
}
