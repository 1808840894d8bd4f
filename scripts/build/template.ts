/**
 * The embedded database, set up beforehand: PGlite's own start runs initdb for two seconds, and
 * from this copy of an empty cluster it is ready in a few tenths of one.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { tarEntries } from '../../src/embedded/data-directory.ts'
import { startPglite } from '../../src/embedded/pglite.ts'
import { standingStill } from './still.ts'

/** Raise it when what this file makes changes. */
const RECIPE = 3

/**
 * Writes `template.tar.zst` and its key into `folder`, unless the one that is there was made by
 * this recipe with the PGlite that is installed.
 */
export async function buildTemplate(folder: string): Promise<void> {
  const key = `pglite ${await pgliteVersion()}, recipe ${RECIPE}\n`
  const keyFile = join(folder, 'template.key')
  if ((await readIfThere(keyFile)) === key) return
  const template = await compress(withoutSpareLog(await standingStill(emptyCluster)))
  await mkdir(folder, { recursive: true })
  await replace(join(folder, 'template.tar.zst'), template)
  await replace(keyFile, key)
}

interface Cluster {
  readonly archive: Uint8Array
  /** The file of the write-ahead log that it goes on writing to. */
  readonly walFile: string
}

/** The data directory of a cluster that nobody has used. */
async function emptyCluster(): Promise<Cluster> {
  const db = await startPglite({})
  try {
    // A copy of template1, for the day when template1 is damaged.
    await db.exec(`update pg_catalog.pg_database set datistemplate = false
                   where datname = 'template0'`)
    await db.exec('drop database template0')
    await db.exec('vacuum freeze')
    await db.exec('checkpoint')
    const { rows } = await db.query<{ name: string }>(
      'select pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()) as name',
    )
    const archive = await db.dumpDataDir('none')
    const walFile = rows[0]?.name ?? ''
    return { archive: new Uint8Array(await archive.arrayBuffer()), walFile }
  } finally {
    await db.close()
  }
}

/** initdb leaves files of write-ahead log for later use, 1 MB each; they would be made again. */
function withoutSpareLog({ archive, walFile }: Cluster): Uint8Array {
  const isSpare = (path: string) => /^pg_wal\/[0-9A-F]{24}$/.test(path) && !path.endsWith(walFile)
  const kept = tarEntries(archive).filter(({ path }) => !isSpare(path))
  if (!kept.some(({ path }) => path.endsWith(walFile))) throw new Error(`no ${walFile} was written`)
  const members = kept.map(({ start, end }) => archive.subarray(start, end))
  // Two empty blocks end an archive.
  return Buffer.concat([...members, new Uint8Array(1024)])
}

function compress(archive: Uint8Array): Promise<Uint8Array> {
  const params = { [constants.ZSTD_c_compressionLevel]: 12 }
  return promisify(zstdCompress)(archive, { params })
}

async function pgliteVersion(): Promise<string> {
  const main = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const text = await readFile(join(dirname(main), '..', 'package.json'), 'utf8')
  return JSON.parse(text).version
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

async function replace(file: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${file}.${process.pid}`
  await writeFile(temporary, content)
  await rename(temporary, file)
}
