import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { plainFileFault } from '../../base/files.ts'
import { isRecord } from '../../base/record.ts'
import { type FolderFiles, listFiles } from '../../revisions/file/folder-files.ts'

/** Next to `manifest.json`, and written together with it. */
export const INDEX_FILE = 'manifest.index.json'

const INDEX_FORMAT = 2

/** Some hundred thousand revisions; what is larger was not written by pgate. */
const MAX_INDEX_BYTES = 16 * 1024 * 1024

/**
 * What a start needs to know of a migrations folder whose files it does not read: the folder is as
 * it was when the manifest was written, and the manifest is true of it.
 */
export interface FolderIndex {
  /** Of the revisions and the manifest. @see filesFingerprint */
  readonly fingerprint: string
  readonly heads: readonly string[]
  /** The version rows of a database at the heads: those that no other depends on. */
  readonly versions: readonly string[]
  /** What verify reads of a live database; `null` where there is no manifest to say. */
  readonly schemas: readonly string[] | null
  /** True where there is a manifest, and it describes these revisions. */
  readonly isDescribed: boolean
  /** The states in which contract revisions wait; empty where none can. */
  readonly waiting: readonly WaitingIndex[]
  /** The size in bytes of each revision file, of what modules import, and of the manifest, by name. */
  readonly files: Readonly<Record<string, number>>
  /** Of all that these files hold. @see readContents */
  readonly contents: string
}

/** What a start needs to know of a database on which contract revisions wait. */
export interface WaitingIndex {
  readonly left: readonly string[]
  readonly versions: readonly string[]
  /** True where the manifest describes that state. */
  readonly isDescribed: boolean
}

/** Of no folder at all. */
export const NO_INDEX: FolderIndex = Object.freeze({
  fingerprint: '',
  heads: [],
  versions: [],
  schemas: null,
  isDescribed: false,
  waiting: [],
  files: {},
  contents: '',
})

/** The text of the index: one file a line, so that a diff shows what was added. */
export function formatIndex(index: FolderIndex): string {
  const { fingerprint, heads, versions, schemas, files, contents, waiting } = index
  const states = waiting.map(({ left, versions: rows }) => ({ left, versions: rows }))
  const lines = Object.entries(files).map(([name, size]) => `    ${JSON.stringify(name)}: ${size}`)
  return `{
  "format": ${INDEX_FORMAT},
  "fingerprint": ${JSON.stringify(fingerprint)},
  "heads": ${JSON.stringify(heads)},
  "versions": ${JSON.stringify(versions)},
  "schemas": ${JSON.stringify(schemas)},${states.length > 0 ? `\n  "waiting": ${JSON.stringify(states)},` : ''}
  "contents": ${JSON.stringify(contents)},
  "files": {
${lines.join(',\n')}
  }
}
`
}

export const MANIFEST = 'manifest.json'

/**
 * The size of every revision file of a folder and of its manifest, and what they hold.
 * @param imports further files that modules import, as seen from the folder
 */
export async function filesOf(
  directory: string,
  files: FolderFiles,
  imports: Iterable<string>,
): Promise<Pick<FolderIndex, 'files' | 'contents'>> {
  const names = [...new Set([...(await namesIn(directory, files)), ...[...imports].sort()])]
  const sized = names.map((name) => [name, statSync(join(directory, name)).size])
  const sizes: FolderIndex['files'] = Object.fromEntries(sized)
  return { files: sizes, contents: (await readContents(directory, sizes)) ?? '' }
}

/** What a folder is read for; an imported file is looked at where the index names it. */
async function namesIn(directory: string, files: FolderFiles): Promise<readonly string[]> {
  const manifest = existsSync(join(directory, MANIFEST)) ? [MANIFEST] : []
  return [...new Set([...(await listFiles(directory, files)), ...manifest])].sort()
}

/** The index of a folder; undefined where there is none that this pgate can use. */
export function readIndex(directory: string): FolderIndex | undefined {
  const path = join(directory, INDEX_FILE)
  try {
    if (plainFileFault(path, MAX_INDEX_BYTES) !== undefined) return undefined
    return parseIndex(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error)) return undefined
    throw error
  }
}

/** Whether the folder holds exactly the files of the index, by their names. */
export async function hasIndexedNames(
  directory: string,
  files: FolderFiles,
  index: FolderIndex,
): Promise<boolean> {
  try {
    const names = await namesIn(directory, files)
    const isListed = (name: string) =>
      name === MANIFEST || (name.split('/').length <= files.depth + 1 && files.isOne(name))
    const listed = Object.keys(index.files).filter(isListed)
    return names.length === listed.length && names.every((name) => name in index.files)
  } catch (error) {
    return notAsIndexed(error)
  }
}

/** Whether each of the index's files still holds what it held; read a little at a time. */
export async function hasIndexedContents(
  directory: string,
  { files, contents }: FolderIndex,
): Promise<boolean> {
  try {
    return (await readContents(directory, files)) === contents
  } catch (error) {
    return notAsIndexed(error)
  }
}

/** What cannot be looked at is not as it was; reading the files will say why. */
function notAsIndexed(error: unknown): false {
  if (isSystemError(error)) return false
  throw error
}

/** One of another format, or that something else wrote, is none: the files are read then. */
function parseIndex(text: string): FolderIndex | undefined {
  const index: unknown = JSON.parse(text)
  if (!isIndex(index)) return undefined
  const waiting = (index.waiting ?? []).map((state) => ({ ...state, isDescribed: true }))
  return Object.freeze({ ...index, isDescribed: true, waiting })
}

type WrittenIndex = Omit<FolderIndex, 'isDescribed' | 'waiting'> & {
  readonly waiting?: readonly Omit<WaitingIndex, 'isDescribed'>[]
}

function isIndex(value: unknown): value is WrittenIndex {
  if (typeof value !== 'object' || value === null) return false
  const index = value as Record<string, unknown>
  const { format, fingerprint, contents, files } = index
  return (
    format === INDEX_FORMAT &&
    typeof fingerprint === 'string' &&
    typeof contents === 'string' &&
    [index.heads, index.versions, index.schemas].every(isListOfTexts) &&
    (index.waiting === undefined || isListOfStates(index.waiting)) &&
    typeof files === 'object' &&
    files !== null
  )
}

function isListOfStates(value: unknown): boolean {
  const isState = (state: unknown) =>
    isRecord(state) && isListOfTexts(state.left) && isListOfTexts(state.versions)
  return Array.isArray(value) && value.every(isState)
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

/** Read between two looks at what the server has answered. */
const BATCH_BYTES = 256 * 1024

/** Looking at a file costs about as much as reading this many bytes. */
const FILE_BYTES = 8 * 1024

/**
 * SHA-256 in hex over names, sizes and bytes of the files, a little at a time, so that it can be
 * read while something else is waited for; undefined where one of them is no plain file of that size.
 * @throws what the file system throws
 */
export async function readContents(
  directory: string,
  sizes: Readonly<Record<string, number>>,
): Promise<string | undefined> {
  // Four milliseconds where no password, and no start-up snapshot, has loaded it already.
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(BATCH_BYTES)
  let batch = 0
  for (const [name, size] of Object.entries(sizes)) {
    // Ten thousand joined paths take longer than to look at the files.
    const path = `${directory}/${name}`
    const found = statSync(path)
    if (!found.isFile() || found.size !== size) return undefined
    hash.update(`${name}\0${size}\0`)
    batch += FILE_BYTES
    for (const bytes of piecesOf(path, size, buffer)) {
      hash.update(bytes)
      batch += bytes.length
      if (batch < BATCH_BYTES) continue
      batch = 0
      await setImmediate()
    }
  }
  return hash.digest('hex')
}

/** No more than `size`: what never ends is not read to its end. */
function* piecesOf(path: string, size: number, buffer: Buffer): Generator<Buffer, void> {
  const file = openSync(path, 'r')
  try {
    for (let left = size; left > 0; ) {
      const length = readSync(file, buffer, 0, Math.min(left, buffer.length), null)
      if (length === 0) return
      left -= length
      yield buffer.subarray(0, length)
    }
  } finally {
    closeSync(file)
  }
}
