import { MIGRATING_ROLE } from '../../catalog/roles.sql.ts'
import { quoteIdentifier, quoteLiteral } from '../../postgres/sql/identifier.ts'
import type { SchemaObject } from '../kind-writer.ts'
import { listOf } from '../objects.ts'

/** A role as SQL names it; the migrating role is the one that runs the statement. */
export function roleSql(role: string): string {
  if (role === 'public') return 'PUBLIC'
  return role === MIGRATING_ROLE ? 'CURRENT_USER' : role
}

/** Of a setting or a membership that one side lacks: no catalog says who made it. */
export const OF_THE_CLUSTER = {
  why: 'an administrator may have made it, and no revision: take it away by hand where that is meant',
}

/** A statement about this database, whatever its name. */
export function onThisDatabase(before: string, after: string): string {
  const format = quoteLiteral(`${before.replaceAll('%', '%%')} %I ${after.replaceAll('%', '%%')}`)
  return `DO $pgate$ BEGIN EXECUTE format(${format}, current_database()); END $pgate$`
}

/** Their values are lists of names, quoted where that is needed. */
const LISTS = new Set([
  'search_path',
  'temp_tablespaces',
  'session_preload_libraries',
  'shared_preload_libraries',
  'local_preload_libraries',
  'unix_socket_directories',
])

/** `name=value`, or `search_path from current`, as SET wants it. */
export function setTo(item: string): string {
  const at = item.indexOf('=')
  if (at === -1) return item.replace(' from current', ' FROM CURRENT')
  const [name, value] = [item.slice(0, at), item.slice(at + 1)]
  const given = LISTS.has(name) && value !== '' ? value : quoteLiteral(value)
  return `${settingName(name)} TO ${given}`
}

/** A setting's name; a part of one with two may be a key word (`app.user`). */
function settingName(name: string): string {
  return name.includes('.') ? name.split('.').map(quoteIdentifier).join('.') : plainName(name)
}

/** The name before the brackets of a routine, an operator, an operator class. */
export function withoutTypes(name: string): string {
  return name.replace(/\(.*$/s, '')
}

/** Out of `public.===(text,text)`, which is printed without its schema where that is pg_catalog. */
export function qualifiedOperator(text: string): string {
  const name = withoutTypes(text)
  return `OPERATOR(${/^["\p{L}_]/u.test(name) ? name : `pg_catalog.${name}`})`
}

/** What stands for a value that may be a secret. */
const HIDDEN = '…'
export const SECRET = { why: 'the value of an option may be a secret and is not read' }

/** True for an object that cannot be made, since a value of its options is not known. */
export function hidesValue({ definition }: SchemaObject): boolean {
  return [...valuesOf(listOf(definition, 'options')).values()].includes(HIDDEN)
}

/** `OPTIONS (…)` of texts `name=value`; undefined where a value is not known, '' where there are none. */
export function optionsSql(options: readonly string[]): string | undefined {
  return changedOptions([], options)?.replaceAll('ADD ', '')
}

/** The same from one list to another: what is added, set and dropped. */
export function changedOptions(
  before: readonly string[],
  after: readonly string[],
): string | undefined {
  const [old, wanted] = [valuesOf(before), valuesOf(after)]
  const given = [...wanted].filter(([name, value]) => old.get(name) !== value)
  if (given.some(([, value]) => value === HIDDEN)) return undefined
  const parts = [
    ...[...old.keys()]
      .filter((name) => !wanted.has(name))
      .map((name) => `DROP ${quoteIdentifier(name)}`),
    ...given.map(
      ([name, value]) =>
        `${old.has(name) ? 'SET' : 'ADD'} ${quoteIdentifier(name)} ${quoteLiteral(value)}`,
    ),
  ]
  return parts.length === 0 ? '' : `OPTIONS (${parts.join(', ')})`
}

function valuesOf(options: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    options.map((text) => {
      const at = text.indexOf('=')
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

/** As one would write it: quoted only where it has to be; for a name that is no key word of SQL. */
export function plainName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteIdentifier(name)
}
