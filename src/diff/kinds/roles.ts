import { parseKey, withoutLastPart } from '../../catalog/object-key.ts'
import { MIGRATING_ROLE } from '../../catalog/roles.sql.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { objectOf, textOf } from '../objects.ts'
import { type Sql, simpleWriter } from './simple.ts'
import { OF_THE_CLUSTER, onThisDatabase, roleSql } from './words.ts'

/** What ALTER … OWNER calls kinds that are types of one word each. */
const TYPES = new Set(['enum', 'domain', 'composite type', 'range type', 'base type'])
const RELATIONS = new Set(['table', 'foreign table', 'view', 'materialized view'])
const ROUTINES = new Set(['function', 'procedure', 'aggregate'])

const OWNER_WRITER = simpleWriter({
  create: ({ name, definition }) => ownerTo(name, String(definition.role)),
  drop: ({ name }) => ownerTo(name, MIGRATING_ROLE),
  change: {
    related: () => [],
    role: ({ name, definition }) => ownerTo(name, String(definition.role)),
  },
})

function ownerTo(key: string, role: string): string {
  const { kind = 'table', name } = parseKey(key) ?? {}
  const word = TYPES.has(kind) ? 'type' : ROUTINES.has(kind) ? 'routine' : kind
  return `ALTER ${word.toUpperCase()} ${name} OWNER TO ${roleSql(role)}`
}

const IGNORED = { byDefault: () => [], recent: () => [], on: () => [] }

/** Owners, grants, privileges that are taken away, and default privileges. */
export const ROLE_WRITERS: Readonly<Record<string, KindWriter>> = {
  'owner of': OWNER_WRITER,
  grant: simpleWriter({ create: grant, drop: ungrant, change: IGNORED }),
  revoke: simpleWriter({ create: ungrant, drop: grant, change: IGNORED }),
}

/** A key's parts: `SELECT`, `public.users`, `app`, and whether it is the right to grant it on. */
interface Access {
  readonly privilege: string
  readonly role: string
  readonly canGrant: boolean
}

function grant(object: SchemaObject): Sql {
  const { canGrant, role, ...access } = accessOf(object)
  const option = canGrant ? ' WITH GRANT OPTION' : ''
  return access.privilege === ''
    ? `GRANT ${membership(object).join(' TO ')}`
    : onObject(object, access.privilege, (what) => `GRANT ${what} TO ${role}${option}`)
}

function ungrant(object: SchemaObject): Sql {
  const { canGrant, role, privilege } = accessOf(object)
  const option = canGrant ? 'GRANT OPTION FOR ' : ''
  if (privilege !== '')
    return onObject(object, privilege, (what) => `REVOKE ${option}${what} FROM ${role}`)
  return object.definition.recent === true ? OF_THE_CLUSTER : []
}

function accessOf(object: SchemaObject): Access {
  const { name, definition } = object
  const on = String(definition.on)
  if (on.startsWith('role ')) return { privilege: '', role: '', canGrant: false }
  const at = name.indexOf(` on ${on} `)
  const rest = name.slice(at + ` on ${on} `.length).replace(/^(?:to|from) /, '')
  const role = rest.replace(/ with grant option$/, '')
  return {
    privilege: name.slice(0, at),
    role: roleSql(role === 'its owner' ? ownerOf(object, on) : role),
    canGrant: role !== rest,
  }
}

function ownerOf({ schema }: SchemaObject, key: string): string {
  const held = objectOf(schema, `owner of ${key}`)?.definition
  return (held && textOf(held, 'role')) ?? MIGRATING_ROLE
}

/** `grant role a to b`, without its first words. */
function membership({ name, definition }: SchemaObject): readonly string[] {
  const on = String(definition.on)
  return [on.slice('role '.length), name.slice(on.length + ' to '.length)].map(roleSql)
}

const DEFAULTS = /^new (.+?)(?: in schema (.+))? of (.+)$/

function onObject(
  { definition }: SchemaObject,
  privilege: string,
  write: (what: string) => string,
): string {
  const on = String(definition.on)
  if (on === 'the database') {
    const [before = '', after = ''] = write(`${privilege} ON DATABASE %I`).split(' %I ')
    return onThisDatabase(before, after)
  }
  const [, kinds, schema, role = ''] = DEFAULTS.exec(on) ?? []
  if (kinds === undefined) return write(grantedOn(on, privilege))
  const of = role === MIGRATING_ROLE ? '' : ` FOR ROLE ${roleSql(role)}`
  const where = schema === undefined ? '' : ` IN SCHEMA ${schema}`
  return `ALTER DEFAULT PRIVILEGES${of}${where} ${write(`${privilege} ON ${kinds.toUpperCase()}`)}`
}

function grantedOn(key: string, privilege: string): string {
  const { kind = 'table', name = '' } = parseKey(key) ?? {}
  if (kind === 'column') {
    const table = withoutLastPart(name)
    return `${privilege} (${name.slice(table.length + 1)}) ON TABLE ${table}`
  }
  return `${privilege} ON ${wordOf(kind)} ${name}`
}

function wordOf(kind: string): string {
  if (RELATIONS.has(kind)) return 'TABLE'
  if (TYPES.has(kind)) return 'TYPE'
  if (ROUTINES.has(kind)) return 'ROUTINE'
  return kind === 'server' ? 'FOREIGN SERVER' : kind.toUpperCase()
}
