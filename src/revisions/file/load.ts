import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { FILE_TOO_LARGE, NOT_A_PLAIN_FILE, readPlainFile } from '../../base/files.ts'
import { useSmallHeap } from '../../base/v8-flags.ts'
import { oneLine } from '../../base/words.ts'
import type { Environment } from '../../config/config.ts'
import { GateError } from '../../errors/error.ts'
import { linkRevisions, type RevisionGraph } from '../graph/graph.ts'
import { HEADS, type HistoryRules } from '../graph/history-rules.ts'
import { isBeyondMemory, refuseLargeFolder } from '../sql/memory.ts'
import { unsupportedIn } from '../sql/unsupported.ts'
import { decodeText } from './decode.ts'
import { type Fault, type FaultInFile, faultsError } from './faults.ts'
import { nameOf } from './file-name.ts'
import { type FolderFiles, listFiles, OWN_FILES } from './folder-files.ts'
import { parseModuleRevision } from './parse-module.ts'
import { type ParsedFile, parseSqlRevision } from './parse-sql.ts'

/** How many files are read at a time: Node reads four at once whatever is asked of it. */
const READERS = 16

/** How a tool's folder is read: in which order, and what each of its files says. */
export interface FolderReading {
  /** What to do about a folder that holds nothing of it, where that is not as for pgate's own. */
  readonly remedy?: string
  readonly read: (folder: Folder) => Promise<readonly ParsedFile[]>
  /** Where the tool's own configuration changes what rows mean. */
  readonly rules?: (folder: Folder, rules: HistoryRules) => HistoryRules
}

/** What a reading is given. */
export interface Folder {
  /** Of the files that are this tool's, as paths in the folder, sorted by their code units. */
  readonly names: readonly string[]
  /** As it is to be shown. */
  readonly directory: string
  /** Reads and parses these files, a few at a time; what cannot be read is a fault of its file. */
  readonly each: (
    names: readonly string[],
    parse: (source: SourceFile) => ParsedFile | Promise<ParsedFile>,
  ) => Promise<readonly ParsedFile[]>
  /** For a tool whose files take values from there. */
  readonly environment: Environment['variables']
  readonly place: FolderPlace
  /** One more file, for a parser that needs it: a separate downgrade. */
  readonly read: (name: string) => Promise<SourceFile | FaultyFile>
}

/** What of the database a file may name without saying it; undefined where nobody has said it. */
export interface FolderPlace {
  readonly schema?: string | undefined
  /** The history's. */
  readonly table?: string | undefined
  readonly user?: string | undefined
  readonly database?: string | undefined
}

export interface SourceFile {
  readonly name: string
  /** As it is to be shown. */
  readonly file: string
  /** Absolute. */
  readonly path: string
  /** @see decodeText */
  readonly text: string
  /** As it is on the disk. */
  readonly bytes: Uint8Array
}

/** pgate's own. */
export const OWN_READING: FolderReading = {
  read: ({ names, each }) =>
    each(names, (source) =>
      source.name.endsWith('.sql')
        ? parseSqlRevision(source.text, source.file)
        : parseModuleRevision(source),
    ),
}

/**
 * Reads every revision of a folder and links them. Everything that is wrong, with any file, is in the
 * one failure that is thrown; nothing here touches a database.
 *
 * @throws {GateError} REVISION_DIRECTORY, or the code of the first fault with all of them in
 *   `facts.faults`: REVISION_UNREADABLE, _TOO_LARGE, _ENCODING, _HEADER, _SECTION, _MODULE, _UNSUPPORTED,
 *   _DUPLICATE, _MISSING_PARENT, _CYCLE
 * @see docs/revision-files.md
 */
export async function loadRevisions(
  directory: string,
  { rules, files: own, reading, environment, place = {} }: FolderSource = OWN_FOLDER,
): Promise<RevisionGraph> {
  useSmallHeap()
  const names = await listFolder(directory, own)
  const each: Folder['each'] = (some, parse) => {
    refuseLargeFolder(directory, bytesOf(directory, some))
    return inParallel(some, async (name) => {
      const source = await readSource(directory, name)
      return 'kind' in source ? source : withoutUnsupported(await parse(source))
    })
  }
  const read = (name: string) => readSource(directory, name)
  const folder = { names, directory, each, read, place, environment: environment?.variables ?? {} }
  const files = await reading.read(folder)
  if (files.length === 0) throw noRevisionFile(directory, reading)
  const parsed = files.flatMap((file) => (file.kind === 'revision' ? [file] : []))
  const faulty = files.flatMap((file) => (file.kind === 'faulty' ? [file] : []))
  const lines = new Map(parsed.map(({ revision, lines }) => [revision.file, lines]))
  const linked = linkRevisions(
    parsed.map(({ revision }) => revision),
    {
      where: (file, key) => lines.get(file)?.[key] ?? null,
      heldElsewhere: (id) => faulty.some((file) => mayHold(file, id)),
    },
    reading.rules?.(folder, rules) ?? rules,
  )
  const faults = [...faulty.flatMap((file) => file.faults), ...(linked.faults ?? [])]
  const [first, ...more] = faults
  if (first !== undefined) throw faultsError([first, ...more])
  if (linked.graph === undefined) throw faultsError(linked.faults)
  return linked.graph
}

/** What cannot be looked at counts for nothing: reading it will say why. */
function bytesOf(directory: string, names: readonly string[]): number {
  const sizes = names.map(
    (name) => statSync(`${directory}/${name}`, { throwIfNoEntry: false })?.size,
  )
  return sizes.reduce<number>((sum, size = 0) => sum + size, 0)
}

/** A file that could not be parsed is one fault, not one more for each revision that needs it. */
function mayHold({ id, file }: FaultyFile, wanted: string): boolean {
  return id === undefined ? nameOf(file).includes(wanted) : id === wanted
}

export type FaultyFile = Extract<ParsedFile, { kind: 'faulty' }>

/** A folder, and how it is read. */
export interface FolderSource {
  readonly rules: HistoryRules
  readonly files: FolderFiles
  readonly reading: FolderReading
  /** Absent: no variable is set. */
  readonly environment?: Environment
  readonly place?: FolderPlace
}

const OWN_FOLDER: FolderSource = { rules: HEADS, files: OWN_FILES, reading: OWN_READING }

function noRevisionFile(directory: string, { remedy }: FolderReading) {
  const count = readdirSync(directory).length
  const others = count === 0 ? 'it is empty' : `none of its ${count} entries is one`
  return new GateError(
    'REVISION_DIRECTORY',
    `the migrations folder ${directory} holds no revision file: ${others}`,
    { facts: { directory }, ...(remedy !== undefined && { hint: remedy }) },
  )
}

async function listFolder(directory: string, files: FolderFiles): Promise<readonly string[]> {
  try {
    return await listFiles(directory, files)
  } catch (error) {
    if (error instanceof GateError) throw error
    const reason = reasonOf(error)
    throw new GateError(
      'REVISION_DIRECTORY',
      `the migrations folder ${directory} cannot be read: ${reason.text}`,
      {
        facts: { directory, reason: reason.code },
        hint: `Set PGATE_MIGRATIONS to a folder that exists and is readable (looked for ${resolve(directory)}).`,
        cause: error,
      },
    )
  }
}

async function readSource(directory: string, name: string): Promise<SourceFile | FaultyFile> {
  const file = `${directory.replace(/\/$/, '')}/${oneLine(name)}`
  const path = resolve(join(directory, name))
  const bytes = await readBytes(path)
  if (!(bytes instanceof Uint8Array)) return faulty(file, [{ ...bytes, file }])
  const decoded = decodeText(bytes)
  if (decoded.kind === 'fault') return faulty(file, [{ ...decoded.fault, file }])
  return { name, file, path, text: decoded.text, bytes }
}

/** The bytes, or why there are none. */
async function readBytes(path: string): Promise<Uint8Array | FaultInFile> {
  try {
    return await readPlainFile(path)
  } catch (error) {
    const message = `the file cannot be read: ${reasonOf(error).text}`
    const remedy = 'make it readable, or take it out of the folder'
    return { code: 'REVISION_UNREADABLE', line: null, message, remedy }
  }
}

async function withoutUnsupported(parsed: ParsedFile): Promise<ParsedFile> {
  if (parsed.kind === 'faulty') return parsed
  const { file, id, upgrade, downgrade } = parsed.revision
  const bodies = [upgrade, downgrade].flatMap((body) =>
    body?.kind === 'sql' && !isBeyondMemory(body) ? [body] : [],
  )
  const faults: Fault[] = []
  for (const body of bodies) faults.push(...(await unsupportedIn(body, parsed.revision)))
  return faults.length === 0 ? parsed : { ...faulty(file, faults), id }
}

function faulty(file: string, faults: readonly Fault[]): FaultyFile {
  return { kind: 'faulty', file, faults }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist, or is a link that points nowhere',
  ENOTDIR: 'it is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its links go round in a circle',
  [NOT_A_PLAIN_FILE]: 'it is a pipe, a socket, a device or a file that the kernel makes up',
  [FILE_TOO_LARGE]: 'it is larger than 256 MiB',
}

function reasonOf(error: unknown): { readonly code: string; readonly text: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
  return { code, text: `${REASONS[code] ?? String(error)} (${code})` }
}

/** In order, a few at a time, so that thousands of files do not use up the open ones allowed. */
async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += READERS) {
    results.push(...(await Promise.all(items.slice(start, start + READERS).map(work))))
  }
  return results
}
