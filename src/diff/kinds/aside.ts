import { withoutLastPart } from '../../catalog/object-key.ts'
import type { SchemaObject } from '../kind-writer.ts'
import { ownName } from '../objects.ts'
import type { Statement } from '../statement.ts'
import { plainName } from './words.ts'

/** Gives a type another name while its columns move to the one that takes its name. */
export function setAside(type: SchemaObject): Statement {
  const to = nameAside(type)
  const word = ['domain', 'collation'].includes(type.kind) ? type.kind.toUpperCase() : 'TYPE'
  return { key: type.key, sql: `ALTER ${word} ${type.name} RENAME TO ${to}` }
}

/** The same type under that name. */
export function asideOf(type: SchemaObject): SchemaObject {
  return { ...type, name: `${withoutLastPart(type.name)}.${nameAside(type)}` }
}

function nameAside(type: SchemaObject): string {
  const own = ownName(type)
  return own.startsWith('"') ? `${own.slice(0, -1)}__old"` : plainName(`${own}__old`)
}
