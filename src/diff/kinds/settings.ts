import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { type Sql, simpleWriter } from './simple.ts'
import { OF_THE_CLUSTER, onThisDatabase, roleSql, setTo } from './words.ts'

/** Settings of the database and of roles. They are the cluster's: none is taken away. */
export const SETTING_WRITER: KindWriter = simpleWriter({
  create: set,
  drop: ({ definition }) => (definition.recent === true ? OF_THE_CLUSTER : []),
  change: { recent: () => [], value: set },
})

const SETTING = /^(\S+) of (?:role (.+?))?(?: in )?(the database)?$/

function set(object: SchemaObject): Sql {
  return alter(object, (name) => `SET ${setTo(`${name}=${object.definition.value}`)}`)
}

function alter({ name, definition }: SchemaObject, what: (name: string) => string): Sql {
  const [, setting = '', role, database] = SETTING.exec(name) ?? []
  if (definition.value === '…') return { why: 'its value may be a secret and is not read' }
  const change = what(setting)
  if (role === undefined) return onThisDatabase('ALTER DATABASE', change)
  if (database === undefined) return `ALTER ROLE ${roleSql(role)} ${change}`
  return onThisDatabase(`ALTER ROLE ${roleSql(role)} IN DATABASE`, change)
}
