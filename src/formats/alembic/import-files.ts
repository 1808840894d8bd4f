import { parseSqlRevision } from '../../revisions/file/parse-sql.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import { linkRevisions, type RevisionGraph } from '../../revisions/graph/graph.ts'
import { revisionFileName } from '../../revisions/write/file-name.ts'
import { renderRevisionFile } from '../../revisions/write/render-file.ts'
import type { ImportedRevision } from './imported-revisions.ts'
import { importInvalid } from './invalid.ts'

/** A revision file that is to be there after the import. */
export interface ImportFile {
  readonly revision: string
  /** The folder as configured, and the file's name. */
  readonly path: string
  readonly text: string
}

/** The files of an import, and the graph that the folder has with them. */
export interface ImportPlan {
  readonly files: readonly ImportFile[]
  readonly graph: RevisionGraph
}

/**
 * The file of each revision. One that the folder has already keeps its name; a new one is named by
 * its date, or, without dates, by its place in the upgrade. Read back, with what else is in the
 * folder, the files give a whole graph and the same SQL. Pure.
 *
 * @throws {GateError} IMPORT_INVALID where they would not
 */
export function planImport(
  revisions: readonly ImportedRevision[],
  directory: string,
  present: RevisionGraph,
): ImportPlan {
  const ids = new Set(revisions.map(({ id }) => id))
  const others = present.order.filter(({ id }) => !ids.has(id))
  for (const revision of revisions) checkParents(revision, ids, present)
  const paths = new Set(others.map(({ file }) => file.toLowerCase()))
  const planned = revisions.map((revision, index) => {
    const place = others.length + index + 1
    const path = present.revisions.get(revision.id)?.file ?? freePath(directory, revision, place)
    if (!path.endsWith('.sql') || paths.has(path.toLowerCase())) throw taken(revision, path)
    paths.add(path.toLowerCase())
    return planFile(revision, path)
  })
  const read = planned.map((file) => file.read)
  return { files: planned.map(({ file }) => file), graph: graphOf([...others, ...read], directory) }
}

function freePath(directory: string, revision: ImportedRevision, place: number): string {
  const { id, message, created } = revision
  const name = revisionFileName({ id, message, ...(created === undefined ? {} : { created }) })
  const named = created === undefined ? `${String(place).padStart(4, '0')}_${name}` : name
  return `${directory.replace(/\/$/, '')}/${named}`
}

/** Without a history there is no message, and the header must not borrow one from the file's name. */
function planFile(revision: ImportedRevision, path: string): { file: ImportFile; read: Revision } {
  const { id, step, upgrade, downgrade } = revision
  const message = revision.message === '' ? `Alembic revision ${id}` : revision.message
  const text = renderRevisionFile({ ...revision, message })
  const parsed = parseSqlRevision(text, path)
  const read = parsed.kind === 'revision' ? parsed.revision : undefined
  const whole =
    read !== undefined && holds(read.upgrade, upgrade) && holds(read.downgrade, downgrade)
  if (read !== undefined && whole) return { file: { revision: id, path, text }, read }
  const faults = parsed.kind === 'faulty' ? parsed.faults.map(({ message }) => message) : []
  throw importInvalid({
    source: step.source,
    line: step.line,
    found: `revision ${id} cannot be a revision file: ${faults.join('; ') || 'a line `-- pgate: …` cuts its SQL'}`,
    remedy: 'change that line',
  })
}

function holds(body: Revision['downgrade'], sql: string | null): boolean {
  if (body === null || sql === null) return body === sql
  return body.kind === 'sql' && body.text.trim() === sql.trim()
}

function checkParents(
  { id, revises, dependsOn, step }: ImportedRevision,
  ids: ReadonlySet<string>,
  present: RevisionGraph,
): void {
  const missing = [...revises, ...dependsOn].find(
    (one) => !ids.has(one) && !present.revisions.has(one),
  )
  if (missing === undefined) return
  throw importInvalid({
    source: step.source,
    line: step.line,
    found: `${id} comes after ${missing}, which neither the SQL nor the folder has`,
    remedy: 'give the SQL from the base: `alembic upgrade heads --sql`',
  })
}

function taken({ id, step }: ImportedRevision, path: string) {
  return importInvalid({
    source: step.source,
    line: step.line,
    found: path.endsWith('.sql')
      ? `the file of ${id} would be ${path}, which is another revision's`
      : `revision ${id} is in ${path}, a module, which is not replaced`,
    remedy: 'move that file out of the folder, or import into another one',
  })
}

function graphOf(revisions: readonly Revision[], directory: string): RevisionGraph {
  const { graph, faults } = linkRevisions(revisions)
  if (graph !== undefined) return graph
  const [{ file, message, remedy }] = faults
  const found = `with the imported files ${file}: ${message}`
  throw importInvalid({ source: { name: directory }, found, remedy })
}
