import { loadRevisionsToExtend } from '../../../revisions/write/new-file.ts'
import { type ImportInput, textOf } from '../../import-invalid.ts'
import { planImport, type WrittenFile, writeImport } from './files.ts'
import { parseAlembicHistory } from './history.ts'
import { type ImportedRevision, importedRevisions } from './imported-revisions.ts'
import type { Percents } from './misrendered.ts'
import { withoutPrinted } from './not-sql.ts'
import { parseAlembicSql } from './sql.ts'

export interface AlembicImport {
  /** What Alembic's offline mode wrote, of either direction; at least the upgrade. */
  readonly sql: readonly ImportInput[]
  /** `alembic history --verbose`. */
  readonly history?: ImportInput
  /** The folder that gets the revision files; made where it is missing. */
  readonly directory: string
  /** Alembic's table, without its schema. */
  readonly versionTable: string
  /** Replace files that say something else. */
  readonly force: boolean
  /** What `%%` means, where every `%` of a text is double. */
  readonly percents: Percents
}

/** What an import did. */
export interface ImportResult {
  /** One for each revision, in the order of the upgrade. */
  readonly files: readonly WrittenFile[]
  /** Revisions without SQL for the downgrade. */
  readonly irreversible: readonly string[]
  /** The heads of the folder. */
  readonly heads: readonly string[]
  /** True where revisions may depend on each other in a way that the SQL does not show. */
  readonly mayLackDependencies: boolean
  /** Lines above the SQL that are none of it: what env.py prints. */
  readonly passedOver: readonly string[]
}

/**
 * Turns Alembic's revisions into revision files of the same ids, parents and SQL, all or none.
 * Without a server, without Python.
 *
 * @throws {GateError} IMPORT_INVALID for the input; REVISION_NOT_WRITTEN for the folder; what
 *   loading the folder throws, where it has faulty files already
 * @see docs/coming-from-alembic.md
 */
export async function importAlembic(request: AlembicImport): Promise<ImportResult> {
  const { directory, versionTable, force, percents } = request
  const steps = []
  const passedOver: string[] = []
  for (const input of request.sql) {
    const { source, printed } = withoutPrinted(textOf(input))
    passedOver.push(...printed)
    steps.push(...(await parseAlembicSql(source, versionTable, percents)))
  }
  const history = request.history && parseAlembicHistory(textOf(request.history))
  const revisions = importedRevisions(steps, history)
  const plan = planImport(revisions, directory, await loadRevisionsToExtend(directory))
  return Object.freeze({
    files: await writeImport(directory, plan.files, force),
    irreversible: revisions.flatMap(({ id, downgrade }) => (downgrade === null ? [id] : [])),
    heads: plan.graph.heads,
    mayLackDependencies: history === undefined && !isLine(revisions),
    passedOver,
  })
}

/** On a single line nothing can depend on anything else. */
function isLine(revisions: readonly ImportedRevision[]): boolean {
  return revisions.every(({ revises }, index) => {
    const before = revisions[index - 1]
    return before === undefined || (revises.length === 1 && revises[0] === before.id)
  })
}
