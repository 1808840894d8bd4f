import type { StepName } from '../../base/steps.ts'
import type { FailureCode } from '../../errors/failures.ts'
import type { RecentRun } from '../../store/journal-queries.ts'

/**
 * What the sidecar knows, as `/status` answers it and `/events` sends it: the one document that the
 * page, the metrics and the probes are made from. Frozen, plain JSON. Times are ISO 8601 in UTC,
 * durations whole milliseconds. Every list is bounded, so that the document is.
 *
 * It holds no password, no URL and no values of rows: a message that PostgreSQL wrote stays in the
 * log. Names of objects, users and applications are as the database has them: they have to
 * be escaped where they are shown.
 */
export interface Status {
  /** Of this document; a field that goes or changes its meaning raises it. */
  readonly format: 1
  /** pgate's own version. */
  readonly version: string
  /** Where it runs; in Kubernetes the pod's name. */
  readonly host: string
  /** The run's id, as each line of the log has it. */
  readonly run: string
  /**
   * `starting`: the gate has not opened yet. `open`: the newest verify passed. `shut`: it found what
   * would shut the gate now. While the database cannot be asked it is what was last proved.
   */
  readonly verdict: 'starting' | 'open' | 'shut'
  /**
   * What `pgate check` would end with, by the newest verify: 0 where open. While starting that of
   * the newest failed try; `null` before one.
   */
  readonly exitCode: number | null
  /** Why it is not open. */
  readonly reason: Reason | null
  readonly startedAt: string
  /** When the gate first opened; never forgotten afterwards. */
  readonly openedAt: string | null
  readonly database: DatabaseStatus
  /** The gate's steps at the start (its newest try), with the one that is under way last. */
  readonly steps: readonly StepStatus[]
  readonly revisions: RevisionsStatus
  readonly verify: VerifyStatus
  readonly drift: DriftStatus
  readonly locks: LockStatus
  /** The newest runs of revisions in the journal, the newest first; at most 20. */
  readonly runs: readonly RunStatus[]
  /** What changed since the start, the newest first; at most 20. */
  readonly transitions: readonly Transition[]
  /** What became of the posts to PGATE_NOTIFY_URL, since the start. */
  readonly notifications: {
    readonly configured: boolean
    readonly sent: number
    readonly failed: number
  }
}

/** A failure as pgate reports it everywhere. @see docs/troubleshooting.md */
export interface Reason {
  readonly code: FailureCode | 'BUG'
  /** One line. */
  readonly message: string
  /** The next thing to do, one sentence. */
  readonly hint: string
}

export interface DatabaseStatus {
  /** For people: `db.internal:5432/app`, or `embedded`. */
  readonly label: string
  /** As configured, in the order in which they are tried; empty for the embedded one. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly name: string
  /** False while the newest look got no answer; `null` before the first answer. */
  readonly reachable: boolean | null
  /** Since when there is no answer, and why; `null` where there is one. */
  readonly outage: { readonly since: string; readonly message: string } | null
  /** What answered last; `null` before the first answer. */
  readonly server: ServerStatus | null
}

/** Which server it is: a failover changes some of it. `null`: hidden from this role, or a socket. */
export interface ServerStatus {
  /** As the server reports it: `17.5 (Debian 17.5-1)`. */
  readonly version: string
  /** `10.0.0.7:5432`. */
  readonly address: string | null
  /** Of the cluster; every copy of it has the same. */
  readonly systemIdentifier: string | null
  /** 1 or more; a promotion raises it. */
  readonly timeline: number | null
  /** True: a standby, which takes no writes. */
  readonly inRecovery: boolean
}

export interface StepStatus {
  readonly name: StepName
  readonly state: 'running' | 'done' | 'failed'
  /** `null` while it runs. */
  readonly durationMs: number | null
  /** What it did, in a few words; empty unless done. */
  readonly summary: string
}

export interface RevisionsStatus {
  /** PGATE_TARGET. */
  readonly target: string
  /** Of the files. */
  readonly heads: readonly string[]
  /** The version rows; `null` before the first answer. */
  readonly current: readonly string[] | null
  /** Version rows that the files lack. Not empty: the database is ahead, or of another history. */
  readonly unknown: readonly string[]
  /** How many revisions are to be run up to the target; `null` before the first answer. */
  readonly pending: number | null
  /** Contract revisions that PGATE_PHASE=expand leaves; `null` before the first answer. */
  readonly waiting: readonly string[] | null
  /** The newest first, as `pgate history` lists them; at most 500. */
  readonly graph: readonly RevisionStatus[]
  /** How many older ones the list leaves out. */
  readonly graphLeftOut: number
}

/** A node of the graph. */
export interface RevisionStatus {
  readonly id: string
  readonly parents: readonly string[]
  readonly dependsOn: readonly string[]
  readonly branchLabels: readonly string[]
  readonly message: string
  /** ISO 8601, as the file's header has it. */
  readonly created: string | null
  readonly head: boolean
  /**
   * `waiting`: left for the contract phase. `beyond`: not applied, and not on the way to the target.
   * `unknown`: before the first answer.
   */
  readonly state: 'applied' | 'pending' | 'waiting' | 'beyond' | 'unknown'
}

export interface VerifyStatus {
  /** PGATE_VERIFY, and what it came to: without a manifest that fits it is `structure`. */
  readonly mode: 'manifest' | 'structure' | 'off' | null
  /** Why the newest verify compared no object with a manifest; `null` where it did, and before it. */
  readonly notCompared: string | null
  readonly intervalMs: number
  /** The newest verify that got an answer, the gate's own included. */
  readonly lastAt: string | null
  readonly lastDurationMs: number | null
  /** When the next is due; `null` before the gate has opened. */
  readonly nextAt: string | null
  /** True where locks kept the newest look from reading the schema: the verify before it stands. */
  readonly held: boolean
  /** How many objects were looked at; 0 before the first. */
  readonly objects: number
  /** Of the schema: two databases of one server's version that have the same are the same. `null`: not taken. */
  readonly fingerprint: string | null
  /** Lines for people: a missing or stale manifest, a server's other spelling. */
  readonly notices: readonly string[]
  /** Since the start; unanswered: the database was away, or the schema was locked. */
  readonly counts: Readonly<Record<'passed' | 'failed' | 'unanswered', number>>
}

/** How the live schema differs. The counts are whole; the lists hold at most 50 each. */
export interface DriftStatus {
  readonly counts: Readonly<
    Record<'missing' | 'different' | 'extra' | 'faults' | 'invalidIndexes', number>
  >
  readonly missing: readonly MissingObject[]
  readonly different: readonly DifferentObjectStatus[]
  /** Shown, and no reason to shut the gate. */
  readonly extra: readonly ExtraObjectStatus[]
  /** Whatever the manifest says: what is invalid, not validated, or not as declared. */
  readonly faults: readonly FaultStatus[]
  /** Those of the faults that are indexes which are not valid or not ready. */
  readonly invalidIndexes: readonly FaultStatus[]
}

/** `object`: `index public.idx_users_username`. Texts are cut to about 120 characters. */
interface MissingObject {
  readonly object: string
  readonly expected: Readonly<Record<string, string>>
}

interface DifferentObjectStatus {
  readonly object: string
  /** `none`: the field is not there. */
  readonly fields: readonly {
    readonly field: string
    readonly expected: string
    readonly found: string
  }[]
}

interface ExtraObjectStatus {
  readonly object: string
  readonly found: Readonly<Record<string, string>>
}

export interface FaultStatus {
  readonly kind: 'index' | 'constraint' | 'versions' | 'extension'
  readonly object: string
  readonly message: string
  /** SQL or commands that fix it, in order. */
  readonly remedy: readonly string[]
}

export interface LockStatus {
  /** How many sessions of this database wait for a lock of another; `null` before the first look. */
  readonly waiting: number | null
  /** Who is in the way, the oldest transaction first; at most 20. */
  readonly blockers: readonly BlockerStatus[]
}

export interface BlockerStatus {
  readonly pid: number
  readonly user: string
  readonly application: string
  /** `active`, `idle in transaction`. */
  readonly state: string
  /** When its transaction began; `null` where this role may not see it. */
  readonly since: string | null
  /** The beginning of what it runs, or ran last; `null` where PGATE_LOG_QUERIES keeps it hidden. */
  readonly query: string | null
  /** How many sessions wait for it. */
  readonly blocks: number
}

/** A row of the journal. */
export type RunStatus = RecentRun

/** Something that changed; what PGATE_NOTIFY_URL is notified of. */
export interface Transition {
  /** 1 is the first since the start. */
  readonly number: number
  readonly at: string
  /**
   * `opened`, `shut`: the verdict changed. `changed`: still shut, for another reason. `lost`,
   * `back`: the database cannot be asked, and can be again. `ahead`: it is at revisions that the
   * files lack, and PGATE_AHEAD allows it. `failover`: another server answers, or in another role.
   */
  readonly kind: 'opened' | 'shut' | 'changed' | 'lost' | 'back' | 'ahead' | 'failover'
  /** One line for people. */
  readonly message: string
}
