import { GateError } from '../errors.ts'
import type { Session } from '../postgres/session.ts'
import { linkRevisions, type RevisionGraph } from '../revisions/graph.ts'
import type { Revision } from '../revisions/revision.ts'
import { onOwnTables } from './own-tables.ts'
import type { MigrationState } from './state.ts'
import { JOURNAL, journalRows, type TableNames } from './tables.ts'

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
 * older image can take a newer revision back. They can only be taken back: they have no upgrade.
 * @throws {GateError} HISTORY_UNKNOWN where the journal does not connect them with the files
 */
export async function withJournalRevisions(
  session: Session,
  names: TableNames,
  known: { readonly graph: RevisionGraph; readonly state: MigrationState },
): Promise<RevisionGraph> {
  if (!known.state.tables.journal) return known.graph
  const missing = (await readApplied(session, names)).filter(
    ({ revision }) => !known.graph.revisions.has(revision),
  )
  const linked = linkRevisions([...known.graph.revisions.values(), ...missing.map(asRevision)])
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

function asRevision({
  revision,
  revises,
  dependsOn,
  name,
  checksum,
  downgradeSql,
}: JournalRevision): Revision {
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
    downgrade: downgradeSql === null ? null : { kind: 'sql', text: downgradeSql, line: 1 },
  })
}
