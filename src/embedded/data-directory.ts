import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * The data directory in `folder`, made from an archive where there is none yet. A start that is
 * killed half-way leaves nothing that a later one would take for a cluster.
 */
export async function dataDirectory(
  folder: string,
  emptyCluster: () => Promise<Uint8Array>,
): Promise<string> {
  const data = join(folder, 'data')
  if (await exists(join(data, 'PG_VERSION'))) return data
  const unfinished = join(folder, 'data.new')
  await rm(unfinished, { recursive: true, force: true })
  await unpack(await emptyCluster(), unfinished)
  await rename(unfinished, data)
  return data
}

async function unpack(archive: Uint8Array, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const { path, kind, content } of tarEntries(archive)) {
    const target = join(folder, path)
    await mkdir(kind === 'directory' ? target : dirname(target), { recursive: true, mode: 0o700 })
    if (kind === 'file') await writeFile(target, content, { mode: 0o600 })
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}

/** One member of a tar archive; `start` and `end` are byte offsets of header and padded content. */
export interface TarEntry {
  /** As it is in the archive, without a leading slash. */
  readonly path: string
  readonly kind: 'file' | 'directory'
  readonly content: Uint8Array
  readonly start: number
  readonly end: number
}

const BLOCK = 512
const REGULAR = ['0', '\0']
const DIRECTORY = '5'

/**
 * The files and directories of a POSIX (ustar) archive, in its order: all that PGlite's dumps hold.
 * @throws Error where a member is of another kind
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export function tarEntries(archive: Uint8Array): readonly TarEntry[] {
  const entries: TarEntry[] = []
  for (let start = 0; archive[start]; ) {
    const size = Number.parseInt(text(archive, start + 124, 12), 8)
    const content = archive.subarray(start + BLOCK, start + BLOCK + size)
    const end = start + BLOCK + Math.ceil(size / BLOCK) * BLOCK
    entries.push({ ...memberAt(archive, start), content, start, end })
    start = end
  }
  return entries
}

function memberAt(archive: Uint8Array, start: number): Pick<TarEntry, 'path' | 'kind'> {
  const prefix = text(archive, start + 345, 155)
  const name = text(archive, start, 100)
  const path = (prefix ? `${prefix}/${name}` : name).replace(/^\/+/, '')
  const type = String.fromCharCode(archive[start + 156] ?? 0)
  if (type === DIRECTORY) return { path, kind: 'directory' }
  if (REGULAR.includes(type)) return { path, kind: 'file' }
  throw new Error(`the archive has a member of type ${type}: ${path}`)
}

/** A field ends at its first NUL, or where its room ends. */
function text(archive: Uint8Array, start: number, length: number): string {
  const field = archive.subarray(start, start + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
}
