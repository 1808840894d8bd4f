import { randomInt } from 'node:crypto'
import { quoteIdentifier, quoteLiteral } from '../postgres/sql/identifier.ts'
import { INVALID_CATALOG_NAME, sqlstateOf } from '../postgres/sql/sqlstate.ts'
import { MAKING_LOCK, RUN_LOCK } from './locks.ts'
import { later, madeOnce } from './made-once.ts'
import { migrate, plant, type Recipe, type TemplateKey, templateKey } from './recipe.ts'
import { connectServer, type Server } from './server.ts'
import { dropLeftovers, dropQuietly, dropTemplates } from './sweep.ts'
import type { Source } from './test-databases.ts'

/** From which database on the next ones are made beforehand: a file of one or two tests leaves none unused. */
const MADE_BEFORE_FROM = 3
const MADE_BEFORE = 2

/** How many databases may wait to be dropped, while tests go on. */
const MOST_DROPPING = 8

/** What the databases of a run, and its unfinished template, begin with; 8 hexadecimal digits. */
function prefixOf(run: number): string {
  return `pgate_test_${run.toString(16).padStart(8, '0')}_`
}

/**
 * Databases on a server, cloned from a template that stays there. A lock of the session says that this run
 * lives: what no living run made is dropped by the next one.
 * @throws {GateError} as `testDatabases`
 */
export async function serverSource(recipe: Recipe, url: string): Promise<Source> {
  const run = randomInt(2 ** 31)
  const lock = `select pg_catalog.pg_advisory_lock(${RUN_LOCK}, ${run})`
  const server = await connectServer(url, lock)
  try {
    await dropLeftovers(server)
    const template = await templateOn(server, recipe, run)
    return clonesOf(server, {
      template,
      prefix: prefixOf(run),
      makeAgain: () => templateOn(server, recipe, run),
    })
  } catch (error) {
    await server.close()
    throw error
  }
}

interface Clones {
  readonly template: string
  readonly prefix: string
  /** The template, where another run has dropped it: it was out of date, or not used for long. */
  readonly makeAgain: () => Promise<string>
}

function clonesOf(server: Server, { template: first, prefix, makeAgain }: Clones): Source {
  let template = first
  let count = 0
  const made: Promise<string>[] = []
  const dropping: Promise<void>[] = []
  const make = async () => {
    count += 1
    const name = `${prefix}${count}`
    try {
      await clone(server, name, template)
    } catch (error) {
      if (sqlstateOf(error) !== INVALID_CATALOG_NAME) throw error
      template = await makeAgain()
      await clone(server, name, template)
    }
    return name
  }
  const create = async () => {
    const name = await (made.shift() ?? make())
    while (count >= MADE_BEFORE_FROM && made.length < MADE_BEFORE) made.push(later(make()))
    const drop = async () => {
      dropping.push(later(dropNow(server, name)))
      if (dropping.length > MOST_DROPPING) await dropping.shift()
    }
    return { url: server.urlOf(name), drop }
  }
  const close = async () => {
    try {
      const left = await Promise.all(made.splice(0))
      await Promise.all([...dropping.splice(0), ...left.map((name) => dropNow(server, name))])
    } finally {
      await server.close()
    }
  }
  return { create, close }
}

function clone(server: Server, name: string, template: string): Promise<void> {
  return server.act(
    `create database ${quoteIdentifier(name)} template ${quoteIdentifier(template)}`,
  )
}

function dropNow(server: Server, name: string): Promise<void> {
  return server.act(`drop database if exists ${quoteIdentifier(name)} with (force)`)
}

/** The name of the recipe's template, made unless it is there. */
async function templateOn(server: Server, recipe: Recipe, run: number): Promise<string> {
  const key = await templateKey(recipe)
  const name = `pgate_template_${key.folder}_${key.fingerprint}`
  const lock = `(${MAKING_LOCK}, pg_catalog.hashtext(${quoteLiteral(name)}))`
  const unlock = () => server.query(`select pg_catalog.pg_advisory_unlock${lock}`)
  await madeOnce({
    isThere: () => isThere(server, name),
    tryLock: async () => {
      const [row] = await server.query<{ got: boolean }>(
        `select pg_catalog.pg_try_advisory_lock${lock} as got`,
      )
      return row?.got === true ? unlock : undefined
    },
    make: () => makeTemplate(server, recipe, { name, run, key }),
  })
  return name
}

async function isThere(server: Server, name: string): Promise<boolean> {
  const rows = await server.query('select from pg_catalog.pg_database where datname = $1', [name])
  return rows.length > 0
}

/** It gets its name when it is whole: one that was killed half-way is a leftover like any other. */
async function makeTemplate(
  server: Server,
  recipe: Recipe,
  { name, run, key }: { readonly name: string; readonly run: number; readonly key: TemplateKey },
): Promise<void> {
  const making = `${prefixOf(run)}template`
  await server.query(`create database ${quoteIdentifier(making)} template template0`)
  try {
    const url = server.urlOf(making)
    await migrate(recipe, { databaseUrl: url })
    await plant(recipe, url, (text) => server.runIn(making, text))
    await dropTemplates(server, key)
    // Nobody connects to it from now on: a database that somebody is connected to cannot be cloned.
    await server.query(
      `alter database ${quoteIdentifier(making)} with allow_connections false is_template true`,
    )
    await server.query(
      `alter database ${quoteIdentifier(making)} rename to ${quoteIdentifier(name)}`,
    )
  } catch (error) {
    await dropQuietly(server, making)
    throw error
  }
}
