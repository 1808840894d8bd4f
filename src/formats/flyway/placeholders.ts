import { resolve } from 'node:path'
import { SYSTEM_CLOCK } from '../../base/clock.ts'
import type { FaultInFile } from '../../revisions/file/faults.ts'
import { nameOf } from '../../revisions/file/file-name.ts'
import type { FolderPlace, SourceFile } from '../../revisions/file/load.ts'
import type { FlywaySettings } from './settings.ts'

/** A text with values in place of its placeholders, or what keeps it from being one. */
export type Replaced = { readonly text: string } | { readonly faults: readonly FaultInFile[] }

/**
 * Puts the values of placeholders in. As in Flyway they are looked for everywhere, comments and strings
 * included, and nothing escapes them; case does not count in their names.
 */
export function replacePlaceholders(
  text: string,
  { values, placeholders }: FlywaySettings,
  defaults: ReadonlyMap<string, string | undefined>,
): Replaced {
  const [prefix = '', suffix = ''] = [
    values.get('placeholderprefix') ?? '${',
    values.get('placeholdersuffix') ?? '}',
  ]
  const pieces: string[] = []
  const faults: FaultInFile[] = []
  let from = 0
  for (let at = text.indexOf(prefix); at !== -1; at = text.indexOf(prefix, from)) {
    const end = text.indexOf(suffix, at + prefix.length)
    const name = text.slice(at + prefix.length, end === -1 ? text.indexOf('\n', at) : end)
    const key = name.toLowerCase()
    const value = end === -1 ? undefined : (placeholders.get(key) ?? defaults.get(key))
    if (value === undefined) {
      faults.push(
        withoutValue(`${prefix}${name}${suffix}`, name, text.slice(0, at).split('\n').length),
      )
    }
    pieces.push(text.slice(from, at), value ?? '')
    from = end === -1 ? text.length : end + suffix.length
  }
  return faults.length > 0 ? { faults } : { text: pieces.join('') + text.slice(from) }
}

function withoutValue(written: string, name: string, line: number): FaultInFile {
  const isOwn = /^flyway:(?:user|database)$/i.test(name)
  const remedy = isOwn
    ? 'set DATABASE_URL, from which it is taken'
    : `set FLYWAY_PLACEHOLDERS_${name.toUpperCase()}, or \`flyway.placeholders.${name}\` in flyway.conf; \`placeholderReplacement=false\` in <file>.conf leaves the file as it is`
  return {
    code: 'REVISION_PLACEHOLDER',
    line,
    message: `the placeholder ${written} has no value`,
    remedy,
  }
}

/** Those that Flyway gives a value itself. */
export function defaultPlaceholders(
  { path }: SourceFile,
  place: FolderPlace,
): ReadonlyMap<string, string | undefined> {
  const own = {
    defaultschema: place.schema,
    user: place.user,
    database: place.database,
    table: place.table,
    filename: nameOf(path),
    timestamp: SYSTEM_CLOCK.date().toISOString().replace('T', ' ').slice(0, 19),
    workingdirectory: resolve('.'),
    environment: 'default',
  }
  return new Map(Object.entries(own).map(([name, value]) => [`flyway:${name}`, value]))
}
