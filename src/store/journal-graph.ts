import { JOURNAL } from '../config/values.ts'
import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { BATCH_LINE } from '../revisions/file/batch-line.ts'
import type { Revision } from '../revisions/file/revision.ts'
import { linkRevisions, type RevisionGraph } from '../revisions/graph/graph.ts'
import { byCodeUnits } from '../revisions/graph/history-rules.ts'
import { revokeHint } from './existing-tables.ts'
import { onOwnTables } from './own-tables.ts'
import type { MigrationState } from './state.ts'
import { journalRows, type TableNames } from './tables.ts'

interface JournalRevision {
  readonly revision: string
  readonly revises: readonly string[]
  readonly dependsOn: readonly string[]
  readonly name: string
  readonly checksum: string | null
  readonly downgradeSql: string | null
}

/**
 * The files' graph with the revisions that the files lack and the journal has applied, so that an
 * older image can downgrade a newer revision. They can only be downgraded: they have no upgrade.
 * @throws {GateError} HISTORY_UNKNOWN where the journal does not connect them with the files;
 *   HISTORY_TABLE where others may write into the journal, whose SQL would be run
 */
export async function withJournalRevisions(
  session: Session,
  names: TableNames,
  { graph, state }: { readonly graph: RevisionGraph; readonly state: MigrationState },
): Promise<RevisionGraph> {
  if (!state.tables.journal) return graph
  refuseWriters(names, state.tables.writers ?? [])
  const missing = (await readApplied(session, names)).filter(
    ({ revision }) => !graph.revisions.has(revision),
  )
  const { rules } = graph
  const { isChain = rules.rows === 'each', compare = byCodeUnits } = rules
  const all = [...graph.order, ...missing.map((one) => asRevision(one, rules))]
  // Without parents the ids say where a revision belongs.
  if (isChain && missing.length > 0) all.sort((one, other) => compare(one.id, other.id))
  const linked = linkRevisions(all, {}, rules)
  if ('graph' in linked) return linked.graph
  throw new GateError(
    'HISTORY_UNKNOWN',
    `${names.journal} does not connect its revisions with those of the files: ${linked.faults.map(({ message }) => message).join('; ')}`,
    {
      facts: { missing: missing.map(({ revision }) => revision) },
      hint: 'Use the image that holds these revisions.',
    },
  )
}

function refuseWriters({ journal }: TableNames, writers: readonly string[]): void {
  if (writers.length === 0) return
  throw new GateError(
    'HISTORY_TABLE',
    `the SQL of ${journal} is not run: ${writers.join(', ')} may write there, and so may have written it`,
    {
      facts: { journal, writers },
      hint: `${revokeHint(journal, writers)} Then read what \`pgate downgrade --from-journal --dry-run\` prints before you run it, or use the image that holds the revisions.`,
    },
  )
}

async function readApplied(
  session: Session,
  names: TableNames,
): Promise<readonly JournalRevision[]> {
  const { rows } = await onOwnTables(names, () =>
    session.query<JournalRevision>(
      `select distinct on (revision) revision, coalesce(revises, '{}') as revises,
            coalesce(depends_on, '{}') as "dependsOn", name, checksum,
            downgrade_sql as "downgradeSql"
       from ${journalRows(names)}
      where action operator(pg_catalog.=) 'upgrade' and outcome operator(pg_catalog.=) 'done'
      order by revision, id desc`,
    ),
  )
  return rows
}

function asRevision(
  { revision, revises, dependsOn, name, checksum, downgradeSql }: JournalRevision,
  rules: RevisionGraph['rules'],
): Revision {
  // Another tool's files have no batches.
  const isOwn = rules.rows !== 'each' && BATCH_LINE.test(downgradeSql ?? '')
  const body = { kind: 'sql', line: 1, ...(isOwn && { hasBatches: true as const }) } as const
  return Object.freeze<Revision>({
    id: revision,
    revises,
    dependsOn,
    branchLabels: [],
    message: name,
    file: `${JOURNAL}, revision ${revision}`,
    transaction: 'auto',
    checksum: checksum ?? '',
    upgrade: { kind: 'sql', text: '', line: 1 },
    downgrade: downgradeSql === null ? null : { ...body, text: downgradeSql },
  })
}
