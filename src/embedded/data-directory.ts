import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { tarEntries } from './tar.ts'

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
