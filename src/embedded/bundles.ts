import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { folderOf } from './packages.ts'

/** Of PGlite's packages: what each archive is of, where that is not the extension of its name. */
const ARCHIVES: Readonly<Record<string, string>> = {
  autoinc: 'spi',
  insert_username: 'spi',
  moddatetime: 'spi',
  refint: 'spi',
}

/** Every extension that the built-in PostgreSQL can create. */
export const EMBEDDED_EXTENSIONS: readonly string[] =
  `amcheck autoinc bloom btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance file_fdw
   fuzzystrmatch hstore insert_username intarray isn lo ltree moddatetime pageinspect pg_buffercache
   pg_freespacemap pg_logicalinspect pg_stat_statements pg_surgery pg_trgm pg_visibility
   pg_walinspect pgcrypto refint seg tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp
   vector`.split(/\s+/)

const REQUIRED: Readonly<Record<string, readonly string[]>> = { earthdistance: ['cube'] }

/** They read statistics from the start on, or not at all. */
const PRELOADED: readonly string[] = ['pg_stat_statements']

/** One archive that PGlite unpacks at its start. */
export interface Bundle {
  readonly name: string
  readonly url: URL
  readonly preloaded: boolean
}

/**
 * The archives of these extensions and of those that they require; names that PGlite's own package
 * does not hold (vector comes in another) are left out.
 * @param place from where the package is found
 */
export function bundlesOf(
  extensions: Iterable<string>,
  place: string = import.meta.url,
): readonly Bundle[] {
  const wanted = [...extensions].flatMap((name) => [name, ...(REQUIRED[name] ?? [])])
  const known = wanted.filter((name) => name !== 'vector' && EMBEDDED_EXTENSIONS.includes(name))
  const names = new Set(known.map((name) => ARCHIVES[name] ?? name))
  return [...names].map((name) => ({
    name,
    url: archiveUrl(name, place),
    preloaded: PRELOADED.includes(name),
  }))
}

/**
 * Which of the extensions a text may want: all whose name stands in it, as a word. One too many
 * costs a few milliseconds at the start, and is not created by being there.
 */
export function extensionsNamedIn(text: string): readonly string[] {
  const words = new Set(text.toLowerCase().match(/[a-z][a-z0-9_]*(?:-ossp)?/g))
  return EMBEDDED_EXTENSIONS.filter((name) => words.has(name))
}

/** Where an archive lies: in the package, or in the executable that was built of it. */
function archiveUrl(name: string, place: string): URL {
  const file = `${name}.tar.gz`
  if (place.startsWith('asset:')) return new URL(`../assets/${file}`, place)
  return pathToFileURL(join(folderOf('@electric-sql/pglite', place), file))
}
