import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isRevisionFile } from '../revisions/file-name.ts'

/** Beside `manifest.json`, and written together with it. */
export const INDEX_FILE = 'manifest.index.json'

const INDEX_FORMAT = 1

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
  /** The size in bytes of each revision file and of the manifest, by name. */
  readonly files: Readonly<Record<string, number>>
}

/** The text of the index: one file a line, so that a diff shows what was added. */
export function formatIndex(index: FolderIndex): string {
  const { fingerprint, heads, versions, schemas, files } = index
  const lines = Object.entries(files).map(([name, size]) => `    ${JSON.stringify(name)}: ${size}`)
  return `{
  "format": ${INDEX_FORMAT},
  "fingerprint": ${JSON.stringify(fingerprint)},
  "heads": ${JSON.stringify(heads)},
  "versions": ${JSON.stringify(versions)},
  "schemas": ${JSON.stringify(schemas)},
  "files": {
${lines.join(',\n')}
  }
}
`
}

const MANIFEST = 'manifest.json'

/** The size of every revision file of a folder, and of its manifest; in the order of the names. */
export function sizesOf(directory: string): Readonly<Record<string, number>> {
  const sizes = namesIn(directory).map((name) => [name, statSync(join(directory, name)).size])
  return Object.fromEntries(sizes)
}

function namesIn(directory: string): readonly string[] {
  const names = readdirSync(directory)
  return names.filter((name) => isRevisionFile(name) || name === MANIFEST).sort()
}

/** The index of a folder; undefined where there is none that this pgate can use. */
export function readIndex(directory: string): FolderIndex | undefined {
  const path = join(directory, INDEX_FILE)
  try {
    const found = statSync(path)
    if (!found.isFile() || found.size > MAX_INDEX_BYTES) return undefined
    return parseIndex(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error)) return undefined
    throw error
  }
}

/** Whether the folder holds exactly the files of the index, by their names. */
export function hasIndexedNames(directory: string, { files }: FolderIndex): boolean {
  return isTrue(() => {
    const names = namesIn(directory)
    return names.length === Object.keys(files).length && names.every((name) => name in files)
  })
}

/**
 * Whether each of the index's files still has its size. Content is not read: `pgate manifest
 * --check` proves in CI that the index is true of it.
 */
export function hasIndexedSizes(directory: string, { files }: FolderIndex): boolean {
  return isTrue(() =>
    // Ten thousand joined paths take longer than to look at the files.
    Object.entries(files).every(([name, size]) => statSync(`${directory}/${name}`).size === size),
  )
}

/** What cannot be looked at is not as it was; reading the files will say why. */
function isTrue(look: () => boolean): boolean {
  try {
    return look()
  } catch (error) {
    if (isSystemError(error)) return false
    throw error
  }
}

/** One of another format, or that something else wrote, is none: the files are read then. */
function parseIndex(text: string): FolderIndex | undefined {
  const index: unknown = JSON.parse(text)
  return isIndex(index) ? Object.freeze({ ...index, isDescribed: true }) : undefined
}

function isIndex(value: unknown): value is Omit<FolderIndex, 'isDescribed'> {
  if (typeof value !== 'object' || value === null) return false
  const index = value as Record<string, unknown>
  const { format, fingerprint, files } = index
  return (
    format === INDEX_FORMAT &&
    typeof fingerprint === 'string' &&
    [index.heads, index.versions, index.schemas].every(isListOfTexts) &&
    typeof files === 'object' &&
    files !== null
  )
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
