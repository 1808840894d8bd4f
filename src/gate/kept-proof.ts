import { jittered } from '../base/backoff.ts'
import type { Config } from '../config/config.ts'
import type { StepContext } from '../config/context.ts'
import { tableNames } from '../formats/formats.ts'
import { toolRowsBlock } from '../formats/tool-rows.ts'
import { cleanTransaction, inCleanTransaction } from '../lock/session-state.ts'
import type { Session } from '../postgres/session/session.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
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
import { journalOf, type Origin, runless } from '../store/journal.ts'
import { newestRowSql, proofSql } from '../store/journal-sql.ts'
import { beforeWrites, onOwnTables } from '../store/own-tables.ts'
import type { RestorePoint } from '../store/restore-point.ts'
import type { ExistingTables, TableNames } from '../store/tables.ts'

/** What the database holds next to its schema. */
export interface LiveState {
  readonly versions: ReadonlySet<string>
  readonly installed: readonly InstalledExtension[]
}

/** What there is before a verify looks at the schema. */
export interface BeforeVerify {
  /** The schema's fingerprint; absent where no proof is to be kept. */
  readonly schema?: string
  /** Where another program migrates: the rows of its history. */
  readonly history?: string | undefined
  /** The proof in the newest row of the journal; absent where anything was run since, or others may write there. */
  readonly kept?: KeptProof | undefined
  /** Which tables there were; absent: not asked. */
  readonly tables?: ExistingTables
  readonly live: LiveState
}

/** Without the journal, on which a follower may have no right. */
export async function readLive(session: Session, names: TableNames): Promise<LiveState> {
  return { versions: await names.history.read(session), installed: await readInstalled(session) }
}

/** What a proof is made of, and the proof that is kept where nothing has followed it; in one round trip. */
export async function readKept(
  session: Session,
  names: TableNames,
  { versionTable }: Pick<Config, 'versionTable'>,
): Promise<BeforeVerify> {
  const { history } = names
  const ids = names.isTheirs ? theirRows(versionTable) : [history.idsSql]
  const asked = [proofSql(names), INSTALLED_SQL, ...ids].map((text) => ({ text }))
  const { schema, answers } = await onOwnTables(names, () => readFingerprint(session, asked))
  const [[last] = [], extensions = [], ...found] = answers.map((answer) => answer.rows)
  const isOurs = Array.isArray(last?.writers) && last.writers.length === 0
  const kept = last?.action === 'verify' && isOurs ? parseKept(String(last.checksum)) : undefined
  const installed = installedFrom(extensions)
  const rows = found.at(-1) ?? []
  if (!names.isTheirs) {
    return {
      schema,
      kept,
      live: { versions: new Set(rows.map(({ id }) => String(id))), installed },
    }
  }
  // What cannot be read of theirs is never as it was.
  const said = rows[0]?.rows
  const live = { versions: await history.read(session), installed }
  return typeof said === 'string' ? { schema, kept, history: said, live } : { live }
}

/** Two statements, of which the second has what the first found. */
function theirRows(versionTable: string): readonly string[] {
  const block = `declare found_rows text; begin
    ${toolRowsBlock('found_rows', versionTable)}
    perform set_config('pgate.rows', json_build_object('rows', found_rows)::text, true); end`
  const found = `select current_setting('pgate.rows')::json ->> 'rows' as rows`
  return [`do ${quoteLiteral(block)}`, found]
}

/**
 * Makes the journal where another program migrates, and none is there: a proof is kept in it.
 * @returns false where this role may not
 */
export async function makeJournal(
  context: StepContext,
  session: Session,
  names: TableNames,
): Promise<boolean> {
  return mayWrite(context, () =>
    cleanTransaction(session, context.config, () => ensureTables(session, names)),
  )
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
    restorePoint,
  }: {
    readonly session: Session
    readonly origin: Origin
    readonly expected: ReadonlySet<string>
    readonly restorePoint?: RestorePoint | null | undefined
  },
  {
    proof,
    tables: before,
  }: { readonly proof: string; readonly tables: ExistingTables | undefined },
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
  await mayWrite(context, async () => {
    const tables = before?.isOutdated
      ? await cleanTransaction(session, config, () => ensureTables(session, names))
      : before
    const journal = journalOf(names, tables?.lacksRun ? runless(origin) : origin, restorePoint)
    const row = [...beforeWrites([names.journal]), journal.statement(entry)]
    await onOwnTables(names, () => inCleanTransaction(session, config, row))
  })
}

/** False where this role may not write what `act` writes. */
async function mayWrite({ log }: StepContext, act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    if (sqlstate !== INSUFFICIENT_PRIVILEGE && sqlstate !== READ_ONLY_TRANSACTION) throw error
    log.debug('verify.unkept', 'This role may not keep the proof in the journal', { sqlstate })
    return false
  }
}
