import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EMBEDDED_EXTENSIONS } from '../embedded/bundles.ts'
import { lockDirectory } from '../embedded/directory-lock.ts'
import { type EmbeddedDatabase, embeddedDatabase, withEmbedded } from '../embedded/embedded.ts'
import { GateError } from '../errors/error.ts'
import { thisMachine } from '../helpers/machine.ts'
import { withSession } from '../postgres/session/session.ts'
import { later, madeOnce } from './made-once.ts'
import { migrate, plant, type Recipe, templateKey } from './recipe.ts'
import type { Source, TestDatabase } from './test-databases.ts'

/** How many templates are kept, of all folders: those used last. One has some megabytes. */
const KEPT_TEMPLATES = 8

/** How long a session may take to open, in milliseconds. */
const CONNECT_MS = 60_000

/**
 * Databases of the built-in PostgreSQL, in memory: each has a process while it is open, which serves the next
 * one when it was put back.
 * @throws {GateError} as `testDatabases`
 */
export async function embeddedSource(
  recipe: Recipe,
  cacheDirectory = join(thisMachine().home, '.cache', 'pgate'),
): Promise<Source> {
  const template = await templateIn(resolve(cacheDirectory), recipe)
  const idle: Promise<EmbeddedDatabase>[] = []
  const start = () => embeddedDatabase({ ...thisMachine(), ...template, restorable: true })
  const create = async () => {
    const database = await (idle.pop() ?? start())
    const { url, end } = await served(database)
    const drop = async () => {
      await end()
      idle.push(later(database.restore().then(() => database)))
    }
    return { url, drop }
  }
  const close = async () => {
    await Promise.all(idle.splice(0).map(async (database) => (await database).close()))
  }
  return { create, close }
}

/** Serves a database to any driver, until `end` is called. */
async function served(
  database: EmbeddedDatabase,
): Promise<Pick<TestDatabase, 'url'> & { readonly end: () => Promise<void> }> {
  const ended = Promise.withResolvers<void>()
  const listening = Promise.withResolvers<string>()
  const serving = database.serve(
    async ({ host, port }) => {
      listening.resolve(`postgresql://postgres:pgate@${host}:${port}/postgres`)
      await ended.promise
    },
    () => {},
  )
  serving.catch(listening.reject)
  const end = async () => {
    ended.resolve()
    await serving
  }
  return { url: await listening.promise, end }
}

/** What a database is started from. */
interface Template {
  readonly templateUrl: URL
  readonly extensions: readonly string[]
}

/** The recipe's template, made unless it is in the cache. */
async function templateIn(cache: string, recipe: Recipe): Promise<Template> {
  const { folder, fingerprint } = await templateKey(recipe)
  const name = `${folder}-${fingerprint}`
  const file = join(cache, `${name}.tar.zst`)
  await mkdir(cache, { recursive: true, mode: 0o700 })
  await madeOnce({
    isThere: () => isThere(file),
    tryLock: () => lockDirectory(cache, thisMachine(), `${name}.lock`).catch(unlessLocked),
    make: () => makeTemplate(recipe, { cache, file }),
  })
  const now = new Date()
  await utimes(file, now, now)
  const extensions: unknown = JSON.parse(await readFile(`${file}.json`, 'utf8'))
  const isListed = (one: string) => Array.isArray(extensions) && extensions.includes(one)
  return { templateUrl: pathToFileURL(file), extensions: EMBEDDED_EXTENSIONS.filter(isListed) }
}

function unlessLocked(error: unknown): undefined {
  if (error instanceof GateError && error.code === 'EMBEDDED_LOCKED') return undefined
  throw error
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}

/** It gets its name when it is whole; what was killed half-way is made again in the same place. */
async function makeTemplate(
  recipe: Recipe,
  { cache, file }: { readonly cache: string; readonly file: string },
): Promise<void> {
  const directory = `${file}.new`
  const forget = () => rm(directory, { recursive: true, force: true })
  await forget()
  try {
    await archiveOf(recipe, { directory, file })
    await rename(join(directory, 'archive'), file)
  } finally {
    await forget()
  }
  await dropOld(cache)
}

async function archiveOf(
  recipe: Recipe,
  { directory, file }: { readonly directory: string; readonly file: string },
): Promise<void> {
  await migrate(recipe, { embedded: directory })
  await withEmbedded({ ...thisMachine(), directory }, async (database) => {
    const { url, end } = await served(database)
    const run = async (text: string) => {
      await end()
      await onIt(database, text)
    }
    await plant(recipe, url, run).finally(end)
    const [row] = await onIt(
      database,
      `
      select pg_catalog.json_agg(extname)::text as extensions from pg_catalog.pg_extension`,
    )
    await onIt(database, 'checkpoint')
    await database.archive(join(directory, 'archive'))
    await writeFile(`${file}.json`, String(row?.extensions))
  })
}

async function onIt(database: EmbeddedDatabase, text: string) {
  const options = { timeoutMs: CONNECT_MS, signal: new AbortController().signal }
  return withSession(database, options, async (session) => (await session.query(text)).rows)
}

/** An unfinished one as old as this was killed, in milliseconds. */
const UNFINISHED_MS = 3_600_000

async function dropOld(cache: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => /\.tar\.zst(?:\.new)?$/.test(name))
  const files = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(cache, name)).catch(() => undefined)
      return { name, used: found?.mtimeMs ?? Date.now() }
    }),
  )
  const whole = files.filter(({ name }) => name.endsWith('.zst'))
  const old = whole.toSorted((one, other) => other.used - one.used).slice(KEPT_TEMPLATES)
  const unfinished = files.filter(
    ({ name, used }) => name.endsWith('.new') && Date.now() - used > UNFINISHED_MS,
  )
  for (const { name } of [...old, ...unfinished]) {
    for (const each of [name, `${name}.json`]) {
      await rm(join(cache, each), { recursive: true, force: true })
    }
  }
}
