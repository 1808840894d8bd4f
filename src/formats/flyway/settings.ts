import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { GateError } from '../../errors/error.ts'

/** What Flyway's configuration says, so far as it concerns the files and their history. */
export interface FlywaySettings {
  /** The file that it was read from, as it is to be shown; absent: there is none. */
  readonly file?: string
  /** By the setting's name in lower case, without the dashes and underscores that it is also written with. */
  readonly values: ReadonlyMap<string, string>
  /** By name in lower case: case does not count in them. */
  readonly placeholders: ReadonlyMap<string, string>
}

/** Variables of the process. */
type Variables = Readonly<Record<string, string | undefined>>

const NAMES = ['flyway.toml', 'flyway.conf', 'conf/flyway.toml', 'conf/flyway.conf'] as const

/** The nearest configuration file: in the folder, or in one above it, or in a folder `conf` there. */
export function settingsFile(directory: string): string | undefined {
  for (let folder = resolve(directory), below = ''; folder !== below; ) {
    const found = NAMES.map((name) => join(folder, name)).find((path) => existsSync(path))
    if (found !== undefined) return found
    below = folder
    folder = dirname(folder)
  }
  return undefined
}

/**
 * The settings for a folder: variables `FLYWAY_*` first, then the nearest configuration file.
 * @throws {GateError} REVISION_UNREADABLE
 */
export function readSettings(directory: string, variables: Variables): FlywaySettings {
  const file = settingsFile(directory)
  const text = file === undefined ? '' : readText(file)
  const written = file?.endsWith('.toml') === true ? tomlEntries(text) : propertyEntries(text)
  const inFile = written.flatMap(([key, value]) =>
    key.startsWith('flyway.') ? [[key.slice('flyway.'.length), expanded(value, variables)]] : [],
  ) as readonly (readonly [string, string])[]
  const inVariables = Object.entries(variables).flatMap(([key, value]) =>
    key.startsWith('FLYWAY_') && value !== undefined
      ? [[key.slice('FLYWAY_'.length).replace(/^PLACEHOLDERS_/, 'placeholders.'), value] as const]
      : [],
  )
  const all = [...inFile, ...inVariables]
  const placeholders = all.filter(([key]) => key.startsWith('placeholders.'))
  return Object.freeze({
    ...(file !== undefined && { file }),
    values: new Map(all.map(([key, value]) => [key.toLowerCase().replaceAll(/[_-]/g, ''), value])),
    placeholders: new Map(
      placeholders.map(([key, value]) => [key.slice('placeholders.'.length).toLowerCase(), value]),
    ),
  })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new GateError('REVISION_UNREADABLE', `${file} cannot be read: ${String(error)}`, {
      facts: { file },
      cause: error,
    })
  }
}

/** `${NAME}` in a file of properties, `${env.NAME}` in TOML; one that is not set is empty. */
function expanded(value: string, variables: Variables): string {
  return value.replace(/\$\{(?:env\.)?(\w+)\}/g, (_, name: string) => variables[name] ?? '')
}

type Entries = readonly (readonly [key: string, value: string])[]

/** `key=value`; a backslash at a line's end continues it where the next line is no entry itself. */
export function propertyEntries(text: string): Entries {
  const lines = text.replace(/\\\r?\n(?=[^=\n]+(?:\n|$))\s*/g, '').split('\n')
  return lines.flatMap((line) => {
    const [, key, value] = /^\s*([^#!\s=:][^=:\s]*)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    return key === undefined || value === undefined ? [] : [[key, value] as const]
  })
}

/** Tables, and of their values strings, numbers, booleans and lists of these, which come out with commas. */
function tomlEntries(text: string): Entries {
  let table = ''
  return text
    .replace(/\[\s*\n[^\]]*\]/g, (list) => list.replaceAll('\n', ' '))
    .split('\n')
    .flatMap((line) => {
      const [, header] = /^\s*\[\s*([^[\]]+?)\s*\]\s*(?:#.*)?$/.exec(line) ?? []
      if (header !== undefined) table = `${header}.`
      const [, key, value] = /^\s*([\w."'-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
      if (key === undefined || value === undefined) return []
      return [[(table + key).replaceAll(/["']/g, ''), tomlValue(value)] as const]
    })
}

function tomlValue(written: string): string {
  if (!written.startsWith('[')) return tomlText(written)
  return [...written.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'/g)].map(([one]) => tomlText(one)).join(',')
}

function tomlText(written: string): string {
  const [literal] = /^"(?:[^"\\]|\\.)*"/.exec(written) ?? []
  if (literal !== undefined) return literal.slice(1, -1).replace(/\\(["\\])/g, '$1')
  return /^'([^']*)'/.exec(written)?.[1] ?? written.replace(/\s*#.*$/, '')
}
