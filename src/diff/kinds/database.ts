import { parseKey, withoutLastPart } from '../../catalog/object-key.ts'
import { quoteIdentifier, quoteLiteral } from '../../postgres/sql/identifier.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { listOf, textOf } from '../objects.ts'
import { ENABLING } from './code.ts'
import { leftTo, type Sql, simpleWriter, words } from './simple.ts'
import { changedOptions, optionsSql, SECRET } from './words.ts'

/** What is the database's as a whole, and storage options. */
export const DATABASE_WRITERS: Readonly<Record<string, KindWriter>> = {
  schema: simpleWriter({ create: ({ name }) => `CREATE SCHEMA ${name}` }),
  extension: simpleWriter({
    create: ({ name, definition }) =>
      `CREATE EXTENSION ${name} SCHEMA ${quoteIdentifier(String(definition.schema))}`,
    change: {
      schema: ({ name, definition }) =>
        `ALTER EXTENSION ${name} SET SCHEMA ${quoteIdentifier(String(definition.schema))}`,
      version: () => [],
      needed: () => [],
      declared: () => [],
    },
  }),
  'foreign data wrapper': simpleWriter({
    create: ({ name, definition }) =>
      withOptions(`CREATE FOREIGN DATA WRAPPER ${name} ${functionsOf(definition)}`, definition),
    change: {
      options: alterOptions,
      handler: ({ name, definition }) =>
        `ALTER FOREIGN DATA WRAPPER ${name} ${functionsOf(definition)}`,
      validator: ({ name, definition }) =>
        `ALTER FOREIGN DATA WRAPPER ${name} ${functionsOf(definition)}`,
    },
  }),
  server: simpleWriter({
    create: ({ name, definition }) =>
      withOptions(
        words(
          `CREATE SERVER ${name}`,
          definition.type !== undefined && `TYPE ${quoteLiteral(String(definition.type))}`,
          definition.version !== undefined && `VERSION ${quoteLiteral(String(definition.version))}`,
          `FOREIGN DATA WRAPPER ${definition.wrapper}`,
        ),
        definition,
      ),
    change: {
      options: alterOptions,
      version: ({ name, definition: { version } }) =>
        version === undefined
          ? { why: 'the version of a server cannot be taken away' }
          : `ALTER SERVER ${name} VERSION ${quoteLiteral(String(version))}`,
    },
  }),
  'event trigger': simpleWriter({
    create: (object) => {
      const { name, definition } = object
      const tags = listOf(definition, 'tags').map(quoteLiteral)
      const made = words(
        `CREATE EVENT TRIGGER ${name} ON ${definition.event}`,
        tags.length > 0 && `WHEN TAG IN (${tags.join(', ')})`,
        `EXECUTE FUNCTION ${definition.function}`,
      )
      return definition.enabled === 'enabled' ? made : [made, enable(object)]
    },
    change: { enabled: enable },
  }),
  publication: simpleWriter({
    create: ({ name, definition }) =>
      words(
        `CREATE PUBLICATION ${name}`,
        definition.allTables === true && 'FOR ALL TABLES',
        `WITH ${published(definition)}`,
      ),
    change: { publish: setPublished, viaRoot: setPublished, generatedColumns: setPublished },
  }),
  'published table': simpleWriter({
    create: (object) => {
      const { columns, where } = object.definition
      const publication = object.schema.objects.get(`publication ${publicationOf(object)}`)
      if (publication?.allTables === true) return []
      return words(
        `ALTER PUBLICATION ${publicationOf(object)} ADD TABLE ${publishedOf(object)}`,
        columns !== undefined && `(${listOf(object.definition, 'columns').join(', ')})`,
        where !== undefined && `WHERE (${where})`,
      )
    },
    drop: (object) =>
      `ALTER PUBLICATION ${publicationOf(object)} DROP TABLE ${publishedOf(object)}`,
  }),
  'published schema': simpleWriter({
    create: (object) =>
      `ALTER PUBLICATION ${publicationOf(object)} ADD TABLES IN SCHEMA ${publishedOf(object)}`,
    drop: (object) =>
      `ALTER PUBLICATION ${publicationOf(object)} DROP TABLES IN SCHEMA ${publishedOf(object)}`,
  }),
  subscription: leftTo('its connection holds a password, and it has a slot on another server'),
  option: simpleWriter({
    create: setOption,
    drop: (object) => setOption(object, 'default'),
    change: { value: (after) => setOption(after) },
  }),
}

function functionsOf({ handler, validator }: SchemaObject['definition']): string {
  return words(
    handler === undefined ? 'NO HANDLER' : `HANDLER ${handler}`,
    validator === undefined ? 'NO VALIDATOR' : `VALIDATOR ${validator}`,
  )
}

function withOptions(sql: string, definition: SchemaObject['definition']): Sql {
  const options = optionsSql(listOf(definition, 'options'))
  return options === undefined ? SECRET : words(sql, options)
}

function alterOptions(after: SchemaObject, before: SchemaObject): Sql {
  const options = changedOptions(
    listOf(before.definition, 'options'),
    listOf(after.definition, 'options'),
  )
  return options === undefined
    ? SECRET
    : `ALTER ${after.kind.toUpperCase()} ${after.name} ${options}`
}

function enable({ name, definition }: SchemaObject): string {
  return `ALTER EVENT TRIGGER ${name} ${ENABLING[textOf(definition, 'enabled') ?? 'enabled']}`
}

function published(definition: SchemaObject['definition']): string {
  const all = [
    `publish = ${quoteLiteral(listOf(definition, 'publish').join(', '))}`,
    `publish_via_partition_root = ${definition.viaRoot === true}`,
    ...(definition.generatedColumns === undefined ? [] : [`publish_generated_columns = 'stored'`]),
  ]
  return `(${all.join(', ')})`
}

function setPublished({ name, definition }: SchemaObject): string {
  return `ALTER PUBLICATION ${name} SET ${published(definition)}`
}

/** `public.users of changes` */
function publishedOf({ name }: SchemaObject): string {
  return name.slice(0, name.lastIndexOf(' of '))
}

function publicationOf({ name }: SchemaObject): string {
  return name.slice(name.lastIndexOf(' of ') + ' of '.length)
}

function setOption({ name, definition }: SchemaObject, to: 'value' | 'default' = 'value'): string {
  const option = name.slice(0, name.indexOf(' of '))
  const { kind = 'table', name: holder = '' } = parseKey(String(definition.on)) ?? {}
  const isSet = to === 'value'
  const change = isSet
    ? `SET (${option} = ${quoteLiteral(String(definition.value))})`
    : `RESET (${option})`
  if (kind !== 'column') return `ALTER ${kind.toUpperCase()} ${holder} ${change}`
  const table = withoutLastPart(holder)
  const column = `ALTER TABLE ${table} ALTER COLUMN ${holder.slice(table.length + 1)}`
  if (option !== 'statistics') return `${column} ${change}`
  return `${column} SET STATISTICS ${isSet ? definition.value : -1}`
}
