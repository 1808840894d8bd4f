import { quoteLiteral } from '../../postgres/sql/identifier.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { listOf } from '../objects.ts'
import { parameters, type Sql, simpleWriter, words } from './simple.ts'

const RANGE = {
  subtype: 'SUBTYPE',
  operatorClass: 'SUBTYPE_OPCLASS',
  collation: 'COLLATION',
  difference: 'SUBTYPE_DIFF',
  multirange: 'MULTIRANGE_TYPE_NAME',
}
const STORAGES: Readonly<Record<string, string>> = {
  p: 'plain',
  e: 'external',
  m: 'main',
  x: 'extended',
}

/** Types but enums, which have rows to look after. */
export const TYPE_WRITERS: Readonly<Record<string, KindWriter>> = {
  domain: simpleWriter({
    create: ({ name, definition }) =>
      words(
        `CREATE DOMAIN ${name} AS ${definition.type}`,
        definition.collation !== undefined && `COLLATE ${definition.collation}`,
        definition.default !== undefined && `DEFAULT ${definition.default}`,
        definition.nullable === false && 'NOT NULL',
      ),
    change: {
      default: ({ name, definition }) =>
        `ALTER DOMAIN ${name} ${definition.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${definition.default}`}`,
      nullable: ({ name, definition }) =>
        `ALTER DOMAIN ${name} ${definition.nullable === false ? 'SET' : 'DROP'} NOT NULL`,
    },
  }),
  'composite type': {
    ...simpleWriter({
      create: (object) =>
        `CREATE TYPE ${object.name} AS (${listOf(object.definition, 'attributes').join(', ')})`,
      drop: dropType,
    }),
    alter: alterAttributes,
  },
  'range type': simpleWriter({
    create: (object) =>
      object.definition.canonical === undefined
        ? `CREATE TYPE ${object.name} AS RANGE (${parameters(object, RANGE).join(', ')})`
        : { why: 'its canonical function needs the type first, and the type the function' },
    drop: dropType,
  }),
  'base type': simpleWriter({
    create: () => ({ why: 'its functions need the type first, and the type its functions' }),
    drop: ({ name }) => `DROP TYPE ${name} CASCADE`,
    change: {
      storage: ({ name, definition }) =>
        `ALTER TYPE ${name} SET (STORAGE = ${STORAGES[String(definition.storage)]})`,
    },
  }),
  collation: simpleWriter({
    create: (object) => {
      const { name, definition } = object
      const names = {
        locale: definition.ctype === undefined ? 'LOCALE' : 'LC_COLLATE',
        ctype: 'LC_CTYPE',
        rules: 'RULES',
      }
      const all = [
        `PROVIDER = ${definition.provider}`,
        ...parameters(object, names, quoteLiteral),
        ...parameters(object, { deterministic: 'DETERMINISTIC' }),
      ]
      return `CREATE COLLATION ${name} (${all.join(', ')})`
    },
  }),
  conversion: simpleWriter({
    create: ({ name, definition }) =>
      words(
        'CREATE',
        definition.default === true && 'DEFAULT',
        `CONVERSION ${name} FOR ${quoteLiteral(String(definition.from))} TO ${quoteLiteral(String(definition.to))}`,
        `FROM ${definition.function}`,
      ),
  }),
}

function dropType({ name }: SchemaObject): Sql {
  return `DROP TYPE ${name}`
}

/** In place where attributes go, come at the end, or change a type that no column is of. */
function alterAttributes(
  before: SchemaObject,
  after: SchemaObject,
): ReturnType<KindWriter['alter']> {
  const [old, wanted] = [attributesOf(before), attributesOf(after)]
  const kept = [...old.keys()].filter((name) => wanted.has(name))
  const added = [...wanted.keys()].filter((name) => !old.has(name))
  const changed = kept.filter((name) => old.get(name) !== wanted.get(name))
  if ([...kept, ...added].join() !== [...wanted.keys()].join()) return 'rebuild'
  if (changed.length > 0 && isUsed(before, ['column'])) return 'rebuild'
  const alter = (what: string) => ({
    key: after.key,
    sql: `ALTER TYPE ${after.name} ${what} CASCADE`,
  })
  return [
    ...[...old.keys()]
      .filter((name) => !wanted.has(name))
      .map((name) => ({
        ...alter(`DROP ATTRIBUTE ${name}`),
        ...(isUsed(before, ['column', 'table']) && {
          destroys: `attribute ${name} of ${after.name}`,
        }),
      })),
    ...changed.map((name) => alter(`ALTER ATTRIBUTE ${name} TYPE ${wanted.get(name)}`)),
    ...added.map((name) => alter(`ADD ATTRIBUTE ${name} ${wanted.get(name)}`)),
  ]
}

/** Types by the names of the attributes, in their order. */
function attributesOf({ definition }: SchemaObject): ReadonlyMap<string, string> {
  return new Map(
    listOf(definition, 'attributes').map((text) => {
      const name = /^(?:"(?:[^"]|"")*"|\S+)/.exec(text)?.[0] ?? ''
      return [name, text.slice(name.length + 1)]
    }),
  )
}

/** True where a column is of the type, or a table. */
function isUsed({ key, schema }: SchemaObject, by: readonly string[]): boolean {
  return [...schema.needs].some(
    ([user, needs]) => needs.has(key) && by.some((kind) => user.startsWith(`${kind} `)),
  )
}
