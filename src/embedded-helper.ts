/**
 * The process that the built-in PostgreSQL runs in: while WebAssembly works nothing else of its
 * process does, and the gate's has to hear signals.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import type { PGlite } from '@electric-sql/pglite'
import { ownV8 } from './base/v8-flags.ts'
import type { EmbeddedStart, FromEmbedded, Greeting, ToEmbedded } from './embedded/backend.ts'
import { dataDirectory } from './embedded/data-directory.ts'
import { startPglite } from './embedded/pglite.ts'
import { takeSnapshot } from './embedded/snapshot.ts'
import { readTemplate } from './embedded/template.ts'
import { takeChannel } from './helpers/helper-side.ts'

const channel = takeChannel<ToEmbedded, FromEmbedded>()
// Node.js calls it where the other process was killed, as runners of tests do with theirs.
Object.defineProperty(process, 'disconnect', { value: () => process.exit() })
ownV8()
let started: Promise<PGlite> | undefined
/** Of one that is restorable: how it was started, and what puts it back. */
let kept: { readonly start: EmbeddedStart; readonly restore: () => boolean } | undefined

channel.onMessage(async (message) => {
  const { id } = message
  try {
    await channel.send(await fulfil(message))
  } catch (error) {
    const { message: said, stack = '' } = error instanceof Error ? error : new Error(String(error))
    await channel.send({ kind: 'failed', id, message: said, stack })
  }
})

async function fulfil(message: ToEmbedded): Promise<FromEmbedded> {
  const { id } = message
  if (message.kind === 'start') {
    started = message.restorable ? startRestorable(message, []) : start(message)
    await started
    return { kind: 'done', id }
  }
  if (started === undefined) throw new Error('the built-in PostgreSQL was not started')
  const pglite = await started
  switch (message.kind) {
    case 'protocol': {
      const { data } = await pglite.execProtocol(message.bytes, { throwOnError: false })
      return { kind: 'protocol', id, bytes: new Uint8Array(data) }
    }
    case 'session':
      return { kind: 'session', id, greeting: await newSession(pglite) }
    case 'archive':
      await writeArchive(pglite, message.file)
      return { kind: 'done', id }
    case 'restore':
      await restore(pglite)
      return { kind: 'done', id }
    case 'close':
      await pglite.close()
      return { kind: 'done', id }
  }
}

async function start(wanted: EmbeddedStart): Promise<PGlite> {
  const { folder, template, extensions, place } = wanted
  const prepared = () => readTemplate(new URL(template))
  if (folder === undefined) {
    const archive = await prepared()
    return startPglite({ ...(archive && { archive }), extensions, place })
  }
  const archive = async () => (await prepared()) ?? (await newCluster(place))
  const directory = await dataDirectory(folder, archive)
  return startPglite({ directory, extensions: await everWanted(folder, extensions), place })
}

/** What functions of extensions, and the search of texts, load when they are first called. */
const LIBRARIES = `
  select distinct probin as library from pg_catalog.pg_proc
  where probin is not null and (pronamespace <> 'pg_catalog'::regnamespace
    or probin in ('$libdir/plpgsql', '$libdir/dict_snowball'))`

/** A library that is loaded later costs a new start at the end: those that will be are loaded before. */
async function startRestorable(
  from: EmbeddedStart,
  loadedBefore: readonly string[],
): Promise<PGlite> {
  const pglite = await start(from)
  const { rows } = await pglite.query<{ library: string }>(LIBRARIES)
  for (const library of new Set([...rows.map((row) => row.library), ...loadedBefore])) {
    await pglite.exec(`load '${library}'`)
  }
  kept = { start: from, restore: takeSnapshot(pglite) }
  return pglite
}

async function restore(pglite: PGlite): Promise<void> {
  if (kept === undefined) throw new Error('the built-in PostgreSQL was not started to be restored')
  await pglite.exec('rollback')
  if (kept.restore()) return
  const { rows } = await pglite.query<{ library: string }>(
    "select '$libdir/' || module_name as library from pg_catalog.pg_get_loaded_modules()",
  )
  const { start: from } = kept
  kept = undefined
  await pglite.close()
  started = startRestorable(
    from,
    rows.map(({ library }) => library),
  )
  await started
}

async function writeArchive(pglite: PGlite, file: string): Promise<void> {
  const archive = await pglite.dumpDataDir('none')
  const params = { [constants.ZSTD_c_compressionLevel]: 1 }
  await writeFile(
    file,
    await promisify(zstdCompress)(new Uint8Array(await archive.arrayBuffer()), { params }),
  )
}

/** What the database in a folder was once made with has to be there as long as it lives. */
async function everWanted(folder: string, wanted: readonly string[]): Promise<readonly string[]> {
  const file = join(folder, 'extensions')
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return ''
  })
  const all = new Set([...before.split('\n').filter((name) => name !== ''), ...wanted])
  const text = [...all].map((name) => `${name}\n`).join('')
  if (text !== before) await writeFile(file, text)
  return [...all]
}

/** What the build prepares, made on the spot where nothing was built: sources that run unbuilt. */
async function newCluster(place: string): Promise<Uint8Array> {
  const pglite = await startPglite({ place })
  try {
    const archive = await pglite.dumpDataDir('none')
    return new Uint8Array(await archive.arrayBuffer())
  } finally {
    await pglite.close()
  }
}

async function newSession(pglite: PGlite): Promise<Greeting> {
  await pglite.exec('rollback')
  await pglite.exec('discard all')
  const { rows } = await pglite.query<Greeting>(`
    select pg_catalog.current_setting('server_version') as version,
           pg_catalog.pg_backend_pid() as pid`)
  const [row] = rows
  if (row === undefined) throw new Error('the embedded PostgreSQL did not say its version')
  return row
}
