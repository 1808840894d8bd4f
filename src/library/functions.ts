import type { GateReport } from '../cli/commands/gate.ts'
import type { ManifestReport } from '../cli/commands/manifest.ts'
import type { StatusReport } from '../cli/commands/status.ts'
import type { PlanReport } from '../cli/commands/upgrade.ts'
import type { WaitReport } from '../cli/commands/wait.ts'
import type { FleetReport } from '../fleet/tally.ts'
import type { MigrationReport, VerifyReport } from '../gate/outcome.ts'
import type { RepairOutcome } from '../gate/repair.ts'
import { type RunOptions, type RunResult, runLibrary } from './run.ts'
import type { FleetSettings } from './settings.ts'

/** What an open gate did. */
export interface GateResult extends RunResult, GateReport {}

/**
 * The whole gate, as `pgate gate` runs it: waits, sets up the extensions, migrates to the target and verifies.
 * Resolves where the application may start. Of several at once on one database, one applies and the others
 * wait for it.
 * @throws {GateError} what shuts the gate, and CONFIG_INVALID for options that cannot be used
 * @example await gate({ databaseUrl: 'postgresql://app@db/app', migrations: 'migrations' })
 */
export function gate(options: RunOptions = {}): Promise<GateResult> {
  return runLibrary(options, {
    name: 'gate',
    load: async () => (await import('../cli/commands/gate.ts')).gate,
    understand: () => ({}),
  })
}

/** What `wait` takes. */
export interface WaitOptions extends RunOptions {
  /** `ready`: a usable server. `head`: until another gate has migrated it, reading alone. */
  readonly for?: 'ready' | 'head' | undefined
}

/** What was waited for. */
export interface WaitResult extends RunResult, WaitReport {}

/**
 * Waits for a usable server, or until another gate has taken the database to the target; changes nothing.
 * @throws {GateError} NOT_READY, CONNECTION_REFUSED; with `for: 'head'` also VERIFY_* and HISTORY_*
 */
export function wait(options: WaitOptions = {}): Promise<WaitResult> {
  return runLibrary(options, {
    name: 'wait',
    load: async () => (await import('../cli/commands/wait.ts')).wait,
    own: { for: 'waitedFor' },
    understand: ({ for: what = 'ready' }) => ({ for: what }),
  })
}

/** What `upgrade` takes. */
export interface UpgradeOptions extends RunOptions {
  /** Looks what would be run, and runs nothing. */
  readonly dryRun?: boolean | undefined
}

/** What an upgrade or a downgrade did. */
export interface MigrationResult extends RunResult, MigrationReport {}

/** What an upgrade or a downgrade would do. */
export interface PlanResult extends RunResult, PlanReport {}

/**
 * Waits, sets up the extensions and applies what is pending up to the target; it does not verify.
 * @throws {GateError} HISTORY_*, LOCK_*, REVISION_*, MIGRATION_* and whatever `gate` rejects with before
 */
export function upgrade(options: UpgradeOptions & { readonly dryRun: true }): Promise<PlanResult>
export function upgrade(
  options?: UpgradeOptions & { readonly dryRun?: false | undefined },
): Promise<MigrationResult>
export function upgrade(options?: UpgradeOptions): Promise<PlanResult | MigrationResult>
export function upgrade(options: UpgradeOptions = {}): Promise<object & RunResult> {
  return runLibrary(options, {
    name: 'upgrade',
    load: async () => (await import('../cli/commands/upgrade.ts')).upgrade,
    own: { dryRun: 'boolean' },
    understand: ({ dryRun = false }) => ({ dryRun }),
  })
}

/** What `downgrade` takes. */
export interface DowngradeOptions extends RunOptions {
  /** Where to go back to: `-1`, `base`, a revision, `<label>@base`. */
  readonly target: string
  /** Downgrades what the files lack, by the SQL that the journal kept. */
  readonly fromJournal?: boolean | undefined
  /** Looks what would be run, and runs nothing. */
  readonly dryRun?: boolean | undefined
}

/**
 * Downgrades to a target, under the gate's lock.
 * @throws {GateError} as `upgrade`; REVISION_IRREVERSIBLE where a revision has no downgrade
 */
export function downgrade(
  options: DowngradeOptions & { readonly dryRun: true },
): Promise<PlanResult>
export function downgrade(
  options: DowngradeOptions & { readonly dryRun?: false | undefined },
): Promise<MigrationResult>
export function downgrade(options: DowngradeOptions): Promise<PlanResult | MigrationResult>
export function downgrade(options: DowngradeOptions): Promise<object & RunResult> {
  return runLibrary(options, {
    name: 'downgrade',
    load: async () => (await import('../cli/commands/downgrade.ts')).downgrade,
    own: { target: 'required', fromJournal: 'boolean', dryRun: 'boolean' },
    understand: ({ target, fromJournal = false, dryRun = false }) => ({
      ...{ args: [target], fromJournal, dryRun },
    }),
  })
}

/** What `verify` takes. */
export interface VerifyOptions extends RunOptions {
  /** Fails on objects that the manifest does not have, too. */
  readonly strict?: boolean | undefined
  /** First rebuilds every invalid index of the database, concurrently. */
  readonly repair?: boolean | undefined
}

/** What a verify found, and what it has repaired before. */
export interface VerifyResult extends RunResult, VerifyReport, Partial<RepairOutcome> {}

/**
 * Compares the live schema with the manifest, object by object; changes nothing but with `repair`.
 * @throws {GateError} VERIFY_* where the schema is not what the revisions promise, HISTORY_*
 */
export function verify(options?: VerifyOptions): Promise<VerifyResult>
export function verify(options: VerifyOptions = {}): Promise<object & RunResult> {
  return runLibrary(options, {
    name: 'verify',
    load: async () => (await import('../cli/commands/verify.ts')).verify,
    own: { strict: 'boolean', repair: 'boolean' },
    understand: ({ strict = false, repair = false }) => ({ strict, repair }),
  })
}

/**
 * Whether the database is what the files promise; reads alone, and takes no lock.
 * @throws {GateError} HISTORY_PENDING where revisions are pending, and whatever else would shut a gate
 */
export function check(options: RunOptions = {}): Promise<RunResult> {
  return runLibrary(options, {
    name: 'check',
    load: async () => (await import('../cli/commands/check.ts')).check,
    understand: () => ({}),
  })
}

/** Where a database is, and what a gate would do. */
export interface StatusResult extends RunResult, StatusReport {}

/**
 * Looks where the database is and what a gate would do; reads alone, and resolves whatever it finds.
 * @throws {GateError} where the server or the files cannot be read
 */
export function status(options: RunOptions = {}): Promise<StatusResult> {
  return runLibrary(options, {
    name: 'status',
    load: async () => (await import('../cli/commands/status.ts')).status,
    understand: () => ({}),
  })
}

/** What `manifest` takes. */
export interface ManifestOptions extends RunOptions {
  /** Writes nothing, and fails where `manifest.json` is stale. */
  readonly check?: boolean | undefined
  /** A server to build the schema on, in place of the built-in PostgreSQL. */
  readonly shadowUrl?: string | URL | undefined
  /** What the database holds is the promise; nothing is built. */
  readonly fromDatabase?: boolean | undefined
}

/** What a manifest promises. */
export interface ManifestResult extends RunResult, ManifestReport {}

/**
 * Builds the schema in a throwaway database and writes `manifest.json` into the folder of the revisions.
 * @throws {GateError} MANIFEST_STALE with `check`, REVISION_*, MIGRATION_*
 */
export function manifest(options: ManifestOptions = {}): Promise<ManifestResult> {
  return runLibrary(options, {
    name: 'manifest',
    load: async () => (await import('../cli/commands/manifest.ts')).manifest,
    needsNone: true,
    own: { check: 'boolean', shadowUrl: 'server', fromDatabase: 'boolean' },
    understand: ({ check = false, fromDatabase = false, shadowUrl }) => ({
      ...{ check, fromDatabase },
      ...(shadowUrl !== undefined && { shadowUrl: String(shadowUrl) }),
    }),
  })
}

/** What `fleet` takes. */
export interface FleetOptions extends RunOptions, FleetSettings {
  /** What is done with each target; `gate` by default. */
  readonly what?: 'gate' | 'status' | 'verify' | 'check' | undefined
  /** Only targets of these names, `*` for any characters. */
  readonly only?: readonly string[] | undefined
  /** With `verify`: fails on objects that the manifest does not have, too. */
  readonly strict?: boolean | undefined
}

/** What a fleet came to. */
export interface FleetResult extends RunResult, FleetReport {}

/**
 * Runs the gate of many databases or schemas with the same folder.
 * @throws {GateError} with the code of the most severe failure, once all targets had their turn; its
 *   `facts.failures` says how each has failed
 */
export function fleet(options: FleetOptions): Promise<FleetResult>
export function fleet(options: FleetOptions): Promise<object & RunResult> {
  return runLibrary(options, {
    name: 'fleet',
    load: async () => (await import('../cli/commands/fleet.ts')).fleet,
    own: { what: 'act', only: 'strings', strict: 'boolean' },
    isFleet: true,
    needsNone: true,
    understand: ({ what = 'gate', only = [], strict = false }) => ({ args: [what], only, strict }),
  })
}
