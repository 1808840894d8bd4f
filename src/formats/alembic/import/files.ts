import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolder } from '../../../base/files.ts'
import { GateError } from '../../../errors/error.ts'
import { parseSqlRevision } from '../../../revisions/file/parse-sql.ts'
import type { Revision } from '../../../revisions/file/revision.ts'
import { linkRevisions, type RevisionGraph } from '../../../revisions/graph/graph.ts'
import { revisionFileName } from '../../../revisions/write/file-name.ts'
import { notWritten } from '../../../revisions/write/new-file.ts'
import { renderRevisionFile } from '../../../revisions/write/render-file.ts'
import { importInvalid } from '../../import-invalid.ts'
import type { ImportedRevision } from './imported-revisions.ts'

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
    remedy: `import what comes before it first: alembic upgrade base:${missing} --sql | pgate import alembic`,
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

/** What became of a file; `replaced` only with `force`. */
export interface WrittenFile {
  readonly revision: string
  readonly file: string
  readonly state: 'written' | 'unchanged' | 'replaced'
}

/**
 * Writes the files of an import, all or none; one that says the same already is left alone.
 * @throws {GateError} REVISION_NOT_WRITTEN where one says something else and `force` is not given,
 *   and where the folder cannot be written to
 */
export async function writeImport(
  directory: string,
  files: readonly ImportFile[],
  force: boolean,
): Promise<readonly WrittenFile[]> {
  const compared = await Promise.all(files.map(compare))
  const changed = compared.filter(({ state }) => state === 'replaced')
  if (changed.length > 0 && !force) throw wouldReplace(changed, await losesDowngrade(changed))
  const toWrite = compared.filter(({ state }) => state !== 'unchanged')
  if (toWrite.length > 0) {
    await writeAll(directory, toWrite).catch((error: unknown) => {
      throw notWritten(directory, error)
    })
  }
  return compared.map(({ revision, path, state }) => ({ revision, file: path, state }))
}

interface ComparedFile extends ImportFile {
  readonly state: WrittenFile['state']
}

async function compare(file: ImportFile): Promise<ComparedFile> {
  try {
    const text = await readFile(file.path, 'utf8')
    return { ...file, state: text === file.text ? 'unchanged' : 'replaced' }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!missing) throw notWritten(file.path, error)
    return { ...file, state: 'written' }
  }
}

/** First next to their places, under a hidden name that is never read; then each into its own. */
async function writeAll(directory: string, files: readonly ComparedFile[]): Promise<void> {
  await makeFolder(directory)
  const stage = await mkdtemp(join(directory, '.pgate-import-'))
  try {
    for (const { path, text } of files) await writeFile(join(stage, basename(path)), text)
    await moveAll(stage, files)
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

async function moveAll(stage: string, files: readonly ComparedFile[]): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  try {
    for (const { path, state } of files) {
      const staged = join(stage, basename(path))
      const kept = `${staged}.kept`
      if (state === 'replaced') {
        await rename(path, kept)
        undo.push(() => rename(kept, path))
      }
      await rename(staged, path)
      undo.push(() => rm(path))
    }
  } catch (error) {
    for (const step of undo.toReversed()) await step()
    throw error
  }
}

/** Whether some file has a downgrade that its new text lacks. */
async function losesDowngrade(files: readonly ComparedFile[]): Promise<boolean> {
  const isLost = files.map(async ({ path, text }) => {
    const kept = await readFile(path, 'utf8')
    return kept.includes(DOWNGRADE_MARKER) && !text.includes(DOWNGRADE_MARKER)
  })
  return (await Promise.all(isLost)).includes(true)
}

const DOWNGRADE_MARKER = '\n-- pgate: downgrade'

function wouldReplace(files: readonly ComparedFile[], losesDowngrades: boolean): GateError {
  const paths = files.map(({ path }) => path)
  const list = paths.map((path) => `  ${path}`).join('\n')
  return new GateError(
    'REVISION_NOT_WRITTEN',
    `the import would replace what ${paths.length === 1 ? 'this file says' : 'these files say'}:\n${list}`,
    {
      facts: { files: paths },
      hint: losesDowngrades
        ? 'They hold downgrades, which this import does not: run alembic downgrade head:base --sql > down.sql and add --downgrade down.sql; nothing was written.'
        : 'Give --force to replace them, or import into another folder (--output) and compare; nothing was written.',
    },
  )
}
