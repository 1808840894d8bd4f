/**
 * The embedded database, set up beforehand: PGlite's own start runs initdb for two seconds, and
 * from this copy of an empty cluster it is ready in a few tenths of one.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { uuid_ossp } from '@electric-sql/pglite/contrib/uuid_ossp'
import { vector } from '@electric-sql/pglite-pgvector'

/** Raise it when what this file makes changes. */
const RECIPE = 1

/**
 * Writes `template.tar.zst` and its key into `folder`, unless the one that is there was made by
 * this recipe with the PGlite that is installed.
 */
export async function buildTemplate(folder: string): Promise<void> {
  const key = `pglite ${await pgliteVersion()}, recipe ${RECIPE}\n`
  const keyFile = join(folder, 'template.key')
  if ((await readIfThere(keyFile)) === key) return
  const template = await compress(await emptyCluster())
  await mkdir(folder, { recursive: true })
  await replace(join(folder, 'template.tar.zst'), template)
  await replace(keyFile, key)
}

/** A tar archive of the data directory of a cluster that nobody has used. */
async function emptyCluster(): Promise<Uint8Array> {
  const db = await PGlite.create({
    // Available to the archive's users, not created: that is the gate's own step.
    extensions: { vector, uuid_ossp },
    initDbStartParams: ['--wal-segsize=1'],
    postgresqlconf: ['shared_buffers=4MB', 'min_wal_size=2MB', 'wal_recycle=off'],
  })
  try {
    // A copy of template1 that only a damaged template1 calls for.
    await db.exec(
      "update pg_catalog.pg_database set datistemplate = false where datname = 'template0'",
    )
    await db.exec('drop database template0')
    await db.exec('vacuum freeze')
    // Write-ahead log that is behind two checkpoints is removed instead of kept for later.
    await db.exec('checkpoint')
    await db.exec('checkpoint')
    const archive = await db.dumpDataDir('none')
    return new Uint8Array(await archive.arrayBuffer())
  } finally {
    await db.close()
  }
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
