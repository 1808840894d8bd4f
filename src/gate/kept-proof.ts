import { jittered } from '../base/backoff.ts'
import type { StepContext } from '../config/context.ts'
import { tableNames } from '../formats/formats.ts'
import { cleanTransaction, inCleanTransaction } from '../lock/session-state.ts'
import type { Session } from '../postgres/session/session.ts'
import {
  INSUFFICIENT_PRIVILEGE,
  READ_ONLY_TRANSACTION,
  sqlstateOf,
} from '../postgres/sql/sqlstate.ts'
import { describeVersions } from '../revisions/graph/named.ts'
import {
  INSTALLED_SQL,
  type InstalledExtension,
  installedFrom,
  readInstalled,
} from '../steps/extensions/extensions.ts'
import { readFingerprint } from '../steps/verify/fingerprint.ts'
import { type KeptProof, parseKept } from '../steps/verify/proof.ts'
import { ensureTables } from '../store/existing-tables.ts'
import { journalOf, type Origin } from '../store/journal.ts'
import { newestRowSql, proofSql } from '../store/journal-queries.ts'
import { beforeWrites, onOwnTables } from '../store/own-tables.ts'
import type { TableNames } from '../store/tables.ts'

/** What the database holds next to its schema. */
export interface LiveState {
  readonly versions: ReadonlySet<string>
  readonly installed: readonly InstalledExtension[]
}

/** What there is before a verify looks at the schema. */
export interface BeforeVerify {
  /** The schema's fingerprint; absent where no proof is to be kept. */
  readonly schema?: string
  /** The proof in the newest row of the journal; absent where anything was run since, or others may write there. */
  readonly kept?: KeptProof | undefined
  /** True where the journal is to be upgraded before a row is written. */
  readonly isOutdated?: boolean
  readonly live: LiveState
}

/** Without the journal, on which a follower may have no right. */
export async function readLive(session: Session, names: TableNames): Promise<LiveState> {
  return { versions: await names.history.read(session), installed: await readInstalled(session) }
}

/** What a proof is made of, and the proof that is kept where nothing has followed it; in one round trip. */
export async function readKept(session: Session, names: TableNames): Promise<BeforeVerify> {
  const asked = [names.history.idsSql, proofSql(names), INSTALLED_SQL].map((text) => ({ text }))
  const { schema, answers } = await onOwnTables(names, () => readFingerprint(session, asked))
  const [rows = [], [last] = [], extensions = []] = answers.map((answer) => answer.rows)
  const versions = new Set(rows.map((row) => String(row.id)))
  const isOurs = Array.isArray(last?.writers) && last.writers.length === 0
  const kept = last?.action === 'verify' && isOurs ? parseKept(String(last.checksum)) : undefined
  return { schema, kept, live: { versions, installed: installedFrom(extensions) } }
}

/** How long another gate's proof is waited for, and how often it is looked for; in milliseconds. */
const PATIENCE_MS = 2_000
const LONGEST_LOOK_MS = 75

/**
 * Waits until a proof is the journal's newest row, or two seconds: of many gates that start at once,
 * one looks at every object, and not all of them at the same time. Whether it still holds is not asked
 * here.
 * @throws the reason of the context's aborted signal
 */
export async function awaitProof(
  { clock, signal }: StepContext,
  session: Session,
  names: TableNames,
): Promise<void> {
  const startedAt = clock.now()
  for (;;) {
    const { rows } = await onOwnTables(names, () =>
      session.query<{ action: string }>(newestRowSql(names)),
    )
    if (rows[0]?.action === 'verify' || clock.now() - startedAt >= PATIENCE_MS) return
    await clock.sleep(jittered(LONGEST_LOOK_MS, clock.random(), 2 / 3), signal)
  }
}

/** A role that may only read keeps no proof; the next start then looks at every object again. */
export async function keepProof(
  context: StepContext,
  {
    session,
    origin,
    expected,
  }: {
    readonly session: Session
    readonly origin: Origin
    readonly expected: ReadonlySet<string>
  },
  { proof, isOutdated }: { readonly proof: string; readonly isOutdated: boolean | undefined },
): Promise<void> {
  const { config } = context
  const names = tableNames(config)
  const entry = {
    revision: describeVersions(expected),
    revises: [],
    dependsOn: [],
    name: 'schema verified',
    action: 'verify',
    checksum: proof,
    statements: null,
    statementsDone: null,
    outcome: 'done',
  } as const
  try {
    if (isOutdated === true) {
      await cleanTransaction(session, config, () => ensureTables(session, names))
    }
    const row = [...beforeWrites([names.journal]), journalOf(names, origin).statement(entry)]
    await onOwnTables(names, () => inCleanTransaction(session, config, row))
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    if (sqlstate !== INSUFFICIENT_PRIVILEGE && sqlstate !== READ_ONLY_TRANSACTION) throw error
    context.log.debug('verify.unkept', 'This role may not keep the proof in the journal', {
      sqlstate,
    })
  }
}
