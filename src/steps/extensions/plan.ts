import type { DeclaredExtension } from '../../config/config.ts'
import { meetsFloor, newest } from '../../postgres/sql/extension-version.ts'
import {
  checkInstalled,
  defaultOf,
  type ExtensionState,
  type InstalledExtension,
  type OfferedExtension,
  requiredFirst,
  requirements,
} from './state.ts'

/** One statement to run. */
export type ExtensionAction = CreateExtension | UpdateExtension

export interface CreateExtension {
  readonly kind: 'create'
  readonly name: string
  /** Absent: the server's default version will do. */
  readonly version?: string
  /** Absent: where the search_path says. */
  readonly schema?: string
  /** True where the schema is missing and is created first. */
  readonly createsSchema: boolean
  /** True where it requires others that are not there yet: CASCADE. */
  readonly cascade: boolean
  /** Extensions that nobody declared and CASCADE creates along with it. */
  readonly brings: readonly string[]
  /** True where CREATE on the database is enough to create it. */
  readonly trusted: boolean
  readonly declared: DeclaredExtension
}

export interface UpdateExtension {
  readonly kind: 'update'
  readonly name: string
  readonly from: string
  readonly to: string
  readonly declared: DeclaredExtension
}

/** Why this server cannot provide what is declared. */
export type ExtensionProblem =
  | { readonly kind: 'unavailable'; readonly name: string; readonly requiredBy?: string }
  | {
      readonly kind: 'too old'
      readonly name: string
      readonly floor: string
      /** The highest version that the server can create, or update the installed one to. */
      readonly newest: string
      /** Absent: it is not installed. */
      readonly installed?: string
    }

export interface ExtensionPlan {
  /** In the order they are to run; empty where the database is right. */
  readonly actions: readonly ExtensionAction[]
  /** What is not as declared and left as it is, in words. */
  readonly notes: readonly string[]
  /** Optional extensions that are left out. */
  readonly skipped: readonly SkippedExtension[]
}

/** An optional extension that is not set up, and why. */
export interface SkippedExtension {
  readonly name: string
  readonly reason: 'unavailable' | 'too old' | 'not permitted' | 'failed'
}

/**
 * The plan where every declared extension is there and at its floor: no actions, and notes. Undefined
 * where something is to be done, for which the server must be asked for more. Pure.
 */
export function planWithoutActions(
  wanted: readonly DeclaredExtension[],
  installed: readonly InstalledExtension[],
): ExtensionPlan | undefined {
  if (checkInstalled(wanted, installed).length > 0) return undefined
  const nothing = { offered: [], updates: [], schemas: [] }
  const { actions, notes, skipped } = extensionPlan(wanted, { installed, ...nothing })
  return Object.freeze({ actions, notes, skipped })
}

/**
 * The same where optional extensions may be missing: those are left out again, as the last run that
 * tried them left them out. `offered`: the names of those among them that the server could create.
 * Whether the last run met the same is for the caller to compare. Pure.
 */
export function planWithSkipped(
  wanted: readonly DeclaredExtension[],
  {
    installed,
    offered,
  }: {
    readonly installed: readonly InstalledExtension[]
    readonly offered: readonly string[]
  },
): ExtensionPlan | undefined {
  const missing = checkInstalled(wanted.filter(isOptional), installed)
  const left = wanted.filter(({ name }) => !missing.some((fault) => fault.name === name))
  const plan = planWithoutActions(left, installed)
  if (plan === undefined) return undefined
  const skipped = missing.map(({ name, found }): SkippedExtension => {
    if (found !== null) return { name, reason: 'too old' }
    return { name, reason: offered.includes(name) ? 'not permitted' : 'unavailable' }
  })
  return Object.freeze({ ...plan, skipped })
}

function isOptional({ optional }: DeclaredExtension): boolean {
  return optional === true
}

/**
 * From what is wanted and what the server says to the actions, or to every problem at once. What
 * is right already is left alone; what another one requires comes before it; an optional one that
 * is not available is skipped.
 */
export function extensionPlan(
  wanted: readonly DeclaredExtension[],
  state: ExtensionState,
): ExtensionPlan & { readonly problems: readonly ExtensionProblem[] } {
  const ordered = requiredFirst(wanted, state.offered)
  const planned = ordered.map((declared) => planOne(declared, state))
  const decisions = planned.map((decision) =>
    decision?.kind === 'create' ? withRequired(decision, { wanted, state }) : decision,
  )
  const problems = decisions.map((one) => {
    if (one?.kind === 'unavailable' || one?.kind === 'too old') return [one]
    return one?.kind === 'missing requirements' ? one.problems : []
  })
  return Object.freeze({
    actions: decisions.filter((one) => one?.kind === 'create' || one?.kind === 'update'),
    problems: problems.filter((_, index) => ordered[index]?.optional !== true).flat(),
    skipped: ordered.flatMap(({ name, optional }, index): readonly SkippedExtension[] => {
      const [problem] = problems[index] ?? []
      return optional === true && problem ? [{ name, reason: problem.kind }] : []
    }),
    notes: wanted.flatMap((declared) => noteOn(declared, state)),
  })
}

function planOne(
  declared: DeclaredExtension,
  state: ExtensionState,
): ExtensionAction | ExtensionProblem | undefined {
  const { name, floor } = declared
  const installed = state.installed.find((extension) => extension.name === name)
  if (installed && meetsFloor(installed.version, floor)) return undefined
  const offer = state.offered.find((extension) => extension.name === name)
  if (installed) return update(declared, { from: installed.version, offer, state })
  if (!offer) return { kind: 'unavailable', name }
  return create(declared, offer, state)
}

function create(
  declared: DeclaredExtension,
  offer: OfferedExtension,
  state: ExtensionState,
): CreateExtension | ExtensionProblem {
  const { name, floor } = declared
  const versions = offer.versions.map((one) => one.version)
  const version = bestVersion(versions, offer.defaultVersion, floor)
  const chosen = offer.versions.find((one) => one.version === version)
  if (chosen === undefined) {
    return { kind: 'too old', name, floor: floor ?? '', newest: newest(versions) ?? 'none' }
  }
  const schema = chosen.schema === undefined ? declared.schema : undefined
  return Object.freeze({
    kind: 'create',
    name,
    ...(version !== offer.defaultVersion && { version: chosen.version }),
    ...(schema !== undefined && { schema }),
    createsSchema: schema !== undefined && !state.schemas.includes(schema),
    cascade: false,
    brings: [],
    trusted: chosen.trusted || !chosen.superuser,
    declared,
  })
}

function update(
  declared: DeclaredExtension,
  about: {
    readonly from: string
    readonly offer: OfferedExtension | undefined
    readonly state: ExtensionState
  },
): UpdateExtension | ExtensionProblem {
  const { name, floor } = declared
  const { from, offer, state } = about
  const targets = state.updates.filter((one) => one.name === name).map((one) => one.to)
  const to = bestVersion(targets, offer?.defaultVersion, floor)
  if (to !== undefined) return Object.freeze({ kind: 'update', name, from, to, declared })
  const highest = newest([...targets, from]) ?? from
  return { kind: 'too old', name, floor: floor ?? '', newest: highest, installed: from }
}

/** The server's own default where it will do, else the highest that does. */
function bestVersion(
  versions: readonly string[],
  byDefault: string | undefined,
  floor: string | undefined,
): string | undefined {
  const enough = versions.filter((version) => meetsFloor(version, floor))
  return enough.find((version) => version === byDefault) ?? newest(enough)
}

/** Adds what the extension requires and the database lacks, or says what of it is not available. */
function withRequired(
  action: CreateExtension,
  {
    wanted,
    state,
  }: { readonly wanted: readonly DeclaredExtension[]; readonly state: ExtensionState },
): CreateExtension | { kind: 'missing requirements'; problems: readonly ExtensionProblem[] } {
  const missing = [...requirements(action.name, state.offered)].filter(
    (name) => !state.installed.some((extension) => extension.name === name),
  )
  const problems = missing
    .filter((name) => !state.offered.some((extension) => extension.name === name))
    .map((name) => ({ kind: 'unavailable', name, requiredBy: action.name }) as const)
  if (problems.length > 0) return { kind: 'missing requirements', problems }
  const brings = missing.filter((name) => !wanted.some((declared) => declared.name === name))
  return Object.freeze({ ...action, cascade: missing.length > 0, brings })
}

function noteOn(declared: DeclaredExtension, state: ExtensionState): readonly string[] {
  const { name, schema } = declared
  if (schema === undefined) return []
  const installed = state.installed.find((extension) => extension.name === name)
  const fixed = installed ? undefined : defaultOf(name, state.offered)?.schema
  const actual = installed?.schema ?? fixed
  if (actual === undefined || actual === schema) return []
  return [
    installed
      ? `${name} is in schema ${actual}, not in ${schema} as declared; it is left there (ALTER EXTENSION … SET SCHEMA moves it)`
      : `${name} can only be in schema ${actual}, not in ${schema} as declared`,
  ]
}
