import { formatDuration } from '../base/duration.ts'
import { counted } from '../base/words.ts'
import type { DeclaredExtension } from '../config/config.ts'
import type { StepContext } from '../config/context.ts'
import { describeVersions } from '../revisions/graph/named.ts'
import type { ExtensionPlan, SkippedExtension } from '../steps/extensions/extensions.ts'
import type { AppliedRevision } from '../steps/migrate/apply/apply.ts'
import type { MigrateOutcome } from '../steps/migrate/migrate.ts'
import type { EndedBlocker } from '../steps/migrate/watch/ended-blockers.ts'
import { describeEncryption, type WaitOutcome } from '../steps/wait/wait.ts'
import type { RestorePoint } from '../store/restore-point.ts'
import type { RepairOutcome } from './repair.ts'

/** What the extensions and migrate steps came to. */
export interface Upgraded {
  readonly extensions: ExtensionPlan
  readonly migration: MigrateOutcome
}

/** A schema that was found to be what the revisions promise. */
export interface Proof {
  readonly mode: 'manifest' | 'structure' | 'off'
  /** How many objects were compared; absent where the digest alone proved them unchanged. */
  readonly objects?: number
  /** True where nothing has changed since the last passing verify. */
  readonly unchanged: boolean
  /** Lines for people: extra objects, a missing or stale manifest. */
  readonly notices: readonly string[]
  /** Extra objects that change what something promised accepts or shows; a sentence each. */
  readonly warnings: readonly string[]
  readonly versions: ReadonlySet<string>
}

/** What the wait step found, in a few words. Like all of these, pure and without a line feed. */
export function describeWait({ session, waitedMs, attempts }: WaitOutcome): string {
  const tries = attempts === 1 ? 'at once' : `after ${formatDuration(waitedMs)}, ${attempts} tries`
  return `PostgreSQL ${session.server.text} usable ${tries}${describeEncryption(session)}`
}

export function describeExtensions(
  { actions, skipped }: ExtensionPlan,
  wanted: readonly DeclaredExtension[],
): string {
  if (wanted.length === 0) return 'none declared'
  const there = wanted.filter(({ name }) => !skipped.some((one) => one.name === name))
  const unchanged = there.length > 0 && actions.length === 0
  return [
    ...(unchanged ? [`${there.map(({ name }) => name).join(', ')} as declared`] : []),
    ...actions.map((action) =>
      action.kind === 'create'
        ? `${[action.name, ...action.brings].join(' and ')} created`
        : `${action.name} updated from ${action.from} to ${action.to}`,
    ),
    ...skipped.map(({ name, reason }) => `${name} left out (${SKIPPED_TEXT[reason]})`),
  ].join(', ')
}

/** Why an optional extension is not there. */
const SKIPPED_TEXT: Readonly<Record<SkippedExtension['reason'], string>> = {
  unavailable: 'optional, not available on this server',
  'too old': 'optional, the server has no version that is new enough',
  'not permitted': 'optional, this role may not create it',
  failed: 'optional, the server could not create it',
}

export function describeMigration(outcome: MigrateOutcome): string {
  const { applied, versions, ahead, byAnother, command, isUnstarted, left } = outcome
  const at = `${describeVersions(versions)}${describeLeft(left)}`
  if (command !== undefined) {
    const why = byAnother ? 'another gate did it' : 'nothing has changed since the last proof'
    const what = isUnstarted ? `${command} not started: ${why}` : `${command} done`
    return versions.size === 0 ? what : `${what}, ${isUnstarted ? '' : 'now '}at ${at}`
  }
  if (byAnother === true) return `nothing pending any more, another gate did it, at ${at}`
  if (ahead) return `nothing run: the database is ahead of these files, at ${at}`
  if (applied.length === 0) return `nothing pending, at ${at}`
  return `${counted(applied.length, 'revision')} applied, now at ${at}${describeEnding(outcome)}`
}

/** What the contract phase is to run, in a few words; empty where nothing waits. */
export function describeLeft(left: readonly string[] = []): string {
  if (left.length === 0) return ''
  const named = `${left.slice(0, 3).join(', ')}${left.length > 3 ? ', …' : ''}`
  return `; ${counted(left.length, 'contract revision')} left: ${named}`
}

function describeEnding({ ended = [] }: MigrateOutcome): string {
  if (ended.length === 0) return ''
  const pids = ended.map(({ pid, how }) => `pid ${pid} ${how === 'cancel' ? 'cancelled' : 'ended'}`)
  return `; in the way: ${pids.join(', ')}`
}

export function describeDowngrade(outcome: MigrateOutcome): string {
  const { applied, versions } = outcome
  const at = describeVersions(versions)
  if (applied.length === 0) return `nothing to downgrade, at ${at}`
  return `${counted(applied.length, 'revision')} downgraded, now at ${at}${describeEnding(outcome)}`
}

export function describeProof({ mode, objects = 0, unchanged }: Proof): string {
  if (mode === 'off') return 'not looked at (PGATE_VERIFY is off)'
  const what =
    mode === 'manifest'
      ? 'schema as the manifest promises'
      : 'structure sound, no manifest compared'
  return `${what}, ${unchanged ? 'unchanged since the last verify' : counted(objects, 'object')}`
}

export function describeRepair({ repaired, left }: RepairOutcome): string {
  if (repaired.length === 0 && left.length === 0) return 'no index is broken'
  const done = `${repaired.length} repaired`
  return left.length === 0 ? done : `${done}, ${left.length} left`
}

/** Each time that a schema is found to be right: what is extra may be why an application is wrong. */
export function warnOfExtra({ log }: Pick<StepContext, 'log'>, warnings: readonly string[]): void {
  for (const warning of warnings) log.warn('verify.extra', warning)
}

/** What was applied, and where the database is now. */
export interface MigrationReport {
  /** In the order in which they were applied; empty where nothing was pending. */
  readonly applied: readonly AppliedRevision[]
  /** The revisions that the database is at now, sorted: one, or one for each head. */
  readonly versions: readonly string[]
  /** True where the database is ahead of the files, and that is allowed. */
  readonly ahead: boolean
  /** Contract revisions that the expand phase has left; absent: none. */
  readonly left?: readonly string[]
  /** The program that migrated, where that was none of pgate's: what it applied only it knows. */
  readonly command?: string
  /** False where that program was not started, since nothing has changed. */
  readonly started?: boolean
  /** Sessions of others that were ended since they were in the way. */
  readonly ended?: readonly EndedBlocker[]
  /** Where the database was before; absent where nothing was written, or nobody knows. */
  readonly restorePoint?: RestorePoint
}

export function migrationReport(outcome: MigrateOutcome): MigrationReport {
  const { applied, versions, ahead, command, isUnstarted, left, ended, restorePoint } = outcome
  return {
    applied,
    versions: [...versions].sort(),
    ahead,
    ...(left !== undefined && { left }),
    ...(command !== undefined && { command, started: isUnstarted !== true }),
    ...(ended !== undefined && { ended }),
    ...(restorePoint && { restorePoint }),
  }
}

/** A schema that was found to be what the revisions promise. */
export interface VerifyReport extends Omit<Proof, 'versions'> {
  /** The revisions that the database is at, sorted. */
  readonly versions: readonly string[]
}

export function verifyReport({ versions, ...proof }: Proof): VerifyReport {
  return { ...proof, versions: [...versions].sort() }
}
