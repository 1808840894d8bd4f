import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Revision, RevisionBody } from '../revisions/file/revision.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { splitStatements } from '../revisions/sql/split.ts'
import { loadRevisionsToExtend } from '../revisions/write/new-file.ts'
import { planImport, type WrittenFile, writeImport } from './alembic/import/files.ts'
import type { ImportedRevision } from './alembic/import/imported-revisions.ts'
import type { FormatName } from './format.ts'
import { loadFolder } from './formats.ts'
import { importInvalid } from './import-invalid.ts'

export interface FolderImport extends Pick<Config, 'environment'> {
  readonly format: FormatName
  /** The tool's folder. */
  readonly folder: string
  /** The folder that gets the revision files; made where it is missing. */
  readonly directory: string
  /** Replace files that say something else. */
  readonly force: boolean
}

/** What an import of a folder did. */
export interface FolderImportResult {
  /** One for each revision, in their order. */
  readonly files: readonly WrittenFile[]
  readonly heads: readonly string[]
  /** Files in a language that pgate does not run: theirs has a statement that fails until it is replaced. */
  readonly opaque: readonly string[]
  /** Files that their tool runs again when they have changed, and that run once from now on. */
  readonly repeatable: readonly string[]
  /** Variables whose values stand in the files now. */
  readonly variables: readonly string[]
}

/**
 * Turns a tool's folder into revision files of pgate's own, in one line of the same order, all or none:
 * ids where they can be (else a hash of them), messages, both directions. Without a server.
 * @throws {GateError} REVISION_* for what is wrong with the folder; IMPORT_INVALID; REVISION_NOT_WRITTEN
 */
export async function importFolder(request: FolderImport): Promise<FolderImportResult> {
  const { format, folder, directory, force } = request
  if (resolve(folder) === resolve(directory)) throw oneFolder(directory)
  const { environment, used } = watched(request.environment)
  const graph = await loadFolder({ format, migrations: folder, environment })
  const revisions = await Promise.all(graph.order.map((one) => toImport(one)))
  const plan = planImport(revisions, directory, await loadRevisionsToExtend(directory))
  return Object.freeze({
    files: await writeImport(directory, plan.files, force),
    heads: plan.graph.heads,
    opaque: filesOf(graph, ({ upgrade }) => upgrade.kind === 'opaque'),
    repeatable: filesOf(graph, ({ id }) => graph.rules.repeats?.(id) !== undefined),
    variables: [...used],
  })
}

function filesOf({ order }: RevisionGraph, wanted: (revision: Revision) => boolean) {
  return order.filter(wanted).map(({ file }) => file)
}

/** The environment, and the names that were read in it and are set. */
function watched(environment: Config['environment']) {
  const used = new Set<string>()
  const variables = new Proxy(environment?.variables ?? {}, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (typeof name === 'string' && value !== undefined) used.add(name)
      return value
    },
  })
  return { environment: { variables }, used }
}

async function toImport(revision: Revision): Promise<ImportedRevision> {
  const { id, revises, message, created, file, upgrade, downgrade } = revision
  const line = upgrade.kind === 'sql' ? upgrade.line : 1
  return Object.freeze({
    id: ownId(id),
    revises: revises.map(ownId),
    dependsOn: [],
    branchLabels: [],
    message: message === '' ? id : message,
    ...(created !== undefined && { created }),
    transaction: await transactionOf(revision),
    upgrade: textOf(revision, upgrade),
    // Of code nobody knows whether there is a way down.
    downgrade: downgrade?.kind === 'sql' ? textOf(revision, downgrade) : null,
    step: { source: { name: file }, line },
  })
}

/** What `alembic_version` can hold; else 12 digits in hex that are always the same for an id. */
function ownId(id: string): string {
  if (/^[\w.-]{1,32}$/.test(id)) return id
  return createHash('sha256').update(id).digest('hex').slice(0, 12)
}

function textOf({ file }: Revision, body: RevisionBody): string {
  if (body.kind === 'sql') return body.text
  const language = body.kind === 'opaque' ? body.language : 'a module'
  const what = `write here, in SQL, what ${file} (${language}) does`.replaceAll("'", "''")
  return `-- ${what}\ndo $$ begin raise exception '${what.replaceAll('%', '%%')}'; end $$;`
}

/** A section that its tool sends as one message runs outside a transaction where CALL is all of it. */
async function transactionOf(revision: Revision): Promise<Revision['transaction']> {
  const bodies = [revision.upgrade, revision.downgrade]
  const words = new Set<Revision['transaction']>()
  for (const body of bodies) {
    if (body?.kind !== 'sql') continue
    const { transaction = revision.transaction, file = revision.file } = body
    if (transaction !== 'message') words.add(transaction)
    else {
      const { statements } = await splitStatements(body, { file, transaction })
      const [only, ...more] = statements
      words.add(only?.uncertain === true && more.length === 0 ? 'off' : 'auto')
    }
  }
  return (['off', 'on'] as const).find((word) => words.has(word)) ?? 'auto'
}

function oneFolder(directory: string) {
  return importInvalid({
    source: { name: directory },
    found: 'the files that are read and those that are written would be in one folder',
    remedy: 'name another with --output',
    hint: 'Give the new files a folder of their own (--output), and set PGATE_MIGRATIONS to it.',
  })
}
