/**
 * The process that the built-in PostgreSQL runs in: while WebAssembly works nothing else of its
 * process does, and the gate's has to hear signals.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import type { EmbeddedStart, FromEmbedded, Greeting, ToEmbedded } from './embedded/backend.ts'
import { dataDirectory } from './embedded/data-directory.ts'
import { startPglite } from './embedded/pglite.ts'
import { readTemplate } from './embedded/template.ts'
import { takeChannel } from './helpers/helper-side.ts'

const channel = takeChannel<ToEmbedded, FromEmbedded>()
let started: Promise<PGlite> | undefined

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
    started = start(message)
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
