import {
  type CatalogObjects,
  type Definition,
  holderOf,
  parseKey,
} from '../../../catalog/object-key.ts'
import { quoteLiteral } from '../../../postgres/sql/identifier.ts'

/** Texts that hold no expression of their own and so are printed the same for ever. */
const FIXED: Readonly<Record<string, RegExp>> = {
  // A call without arguments, a constant of PostgreSQL's own types, the next of a sequence.
  'column default': /^(?:\w+\(\)|[\d.]+|true|false|'[^']*'::[a-z ]+|nextval\('[^']*'::regclass\))$/,
  // Columns alone.
  'index definition': /^[^()]*\([^()]*\)$/,
  'constraint definition': /^(?!CHECK |EXCLUDE )/,
  'trigger definition': /^(?!.* WHEN \()/s,
  'function arguments': /^(?!.* DEFAULT )/s,
  'procedure arguments': /^(?!.* DEFAULT )/s,
}

/**
 * The way for one field; undefined where the server does not print it out of an expression or a
 * query. What names its own table or function stays there or keeps its name, since that name may
 * be in the text. Pure; the acts want the fixed settings and a transaction that is rolled back.
 */
export function reprintOf(printed: Printed): Reprint | undefined {
  const { key, definition, field, text } = printed
  const parsed = parseKey(key)
  const sort = `${parsed?.kind} ${field}`
  const way = Object.hasOwn(WAYS, sort) ? WAYS[sort] : undefined
  if (parsed === undefined || way === undefined || FIXED[sort]?.test(text) === true)
    return undefined
  const holder = holderOf(key, definition) ?? ''
  return way({ ...printed, name: parsed.name, holder, part: parsed.name.slice(holder.length + 1) })
}

/** How a printed text is given to the server once more, and where it is printed again. */
interface Reprint {
  /** Statements that make the same thing out of the text: in place, or in {@link SCRATCH}. */
  readonly acts: readonly string[]
  /** An expression that gives the text as the catalog query prints it. */
  readonly read: string
}

/** An object of the catalog, and the text of one of its fields: as printed, or as reprinted. */
export interface Printed {
  readonly key: string
  readonly definition: Definition
  readonly field: string
  readonly text: string
  /** The catalog that it is in. */
  readonly objects: CatalogObjects
}

/** The schema that everything apart is made in, and the name of what has to stand aside. */
export const SCRATCH = 'pgate_reprint'
const COPY = `${SCRATCH}.t`
const COPY_OID = `'${COPY}'::regclass`

/** The object's own name; its table and its name there, where it is part of one. All quoted. */
export interface ReprintPlace extends Printed {
  readonly name: string
  readonly holder: string
  readonly part: string
}

type ReprintWay = (place: ReprintPlace) => Reprint

/** What hangs on a relation is read back by the relation and its own name there. */
function partOf(catalog: string, prefix: string, print: string): (place: ReprintPlace) => string {
  const relation = { att: 'attrelid', tg: 'tgrelid', rule: 'ev_class', pol: 'polrelid' }[prefix]
  return ({ holder, part }) => `(
    select ${print} from pg_catalog.${catalog}
     where ${relation} = ${quoteLiteral(holder)}::regclass
       and quote_ident(${prefix}name) = ${quoteLiteral(part)})`
}

/** The original keeps its place under another name while the text makes a second one. */
function aside(
  what: (place: ReprintPlace) => string,
  read: (place: ReprintPlace) => string,
): ReprintWay {
  return (place) => ({
    acts: [`alter ${what(place)} rename to ${SCRATCH}`, place.text],
    read: read(place),
  })
}

const VIEW: ReprintWay = ({ text }) => ({
  acts: [`create view ${COPY} as ${text}`],
  read: `pg_get_viewdef(${COPY_OID})`,
})

function columnText(relation: string, column: string): string {
  return `(select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
     join pg_attribute a on (a.attrelid, a.attnum) = (d.adrelid, d.adnum)
    where a.attrelid = ${relation} and quote_ident(a.attname) = ${quoteLiteral(column)})`
}

/** Under the same name in another schema: a body may qualify its arguments with it. */
function routine(
  what: (place: ReprintPlace) => readonly [arguments: unknown, body: string],
  print: string,
): ReprintWay {
  return (place) => {
    const { name, definition } = place
    const kind = definition.returns === undefined ? 'procedure' : 'function'
    const returns = kind === 'function' ? `returns ${definition.returns}` : ''
    const [given, body] = what(place)
    return {
      acts: [
        `create ${kind} ${SCRATCH}.${ownName(name)} (${given}) ${returns} language sql ${body}`,
      ],
      read: `(select ${print}(oid) from pg_proc where pronamespace = '${SCRATCH}'::regnamespace)`,
    }
  }
}

const ARGUMENTS = routine(({ text }) => [text, "as ''"], 'pg_get_function_arguments')
const SQL_BODY = routine(
  ({ definition, text }) => [definition.arguments ?? '', text],
  'pg_get_function_sqlbody',
)

/** The table of `schema.table of publication`. */
function publishedTable(name: string): string {
  return new RegExp(`^(${PART}\\.${PART}) of `).exec(name)?.[1] ?? name
}

/** The function's own name, out of `schema.name(types)`. */
function ownName(name: string): string {
  return new RegExp(`^${PART}\\.(${PART})\\(`).exec(name)?.[1] ?? name
}

const PART = '(?:"(?:[^"]|"")*"|[^".(]+)'

/** By kind of object and field. */
export const WAYS: Readonly<Record<string, ReprintWay>> = {
  'column default': ({ holder, part, text }) => ({
    acts: [`alter table only ${holder} alter column ${part} set default ${text}`],
    read: columnText(`${quoteLiteral(holder)}::regclass`, part),
  }),
  'column generated': ({ holder, definition: { type, collation, generatedKind }, text }) => ({
    acts: [
      `create table ${COPY} (like ${holder})`,
      `alter table ${COPY} add column ${SCRATCH} ${type}
         ${collation === undefined ? '' : `collate ${collation}`}
         generated always as (${text}) ${generatedKind}`,
    ],
    read: columnText(COPY_OID, SCRATCH),
  }),
  'table partitionKey': ({ name, text }) => ({
    acts: [`create table ${COPY} (like ${name}) partition by ${text}`],
    read: `pg_get_partkeydef(${COPY_OID})`,
  }),
  'constraint definition': ({ holder, objects, definition, text }) => ({
    acts: [
      `alter ${objects.has(`domain ${holder}`) ? 'domain' : 'table'} ${holder} add constraint ${SCRATCH}
         ${text} ${definition.validated === false ? 'not valid' : ''}`,
    ],
    read: `(select regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '')
              from pg_constraint where conname = '${SCRATCH}' and conislocal)`,
  }),
  'domain default': ({ name, text }) => ({
    acts: [`alter domain ${name} set default ${text}`],
    read: `(select pg_get_expr(typdefaultbin, 0) from pg_type
             where oid = ${quoteLiteral(name)}::regtype)`,
  }),
  'index definition': aside(
    ({ name }) => `index ${name}`,
    ({ name }) => `pg_get_indexdef(${quoteLiteral(name)}::regclass)`,
  ),
  'statistics definition': aside(
    ({ name }) => `statistics ${name}`,
    ({ name }) => `(select pg_get_statisticsobjdef(x.oid)
      from pg_statistic_ext x join pg_namespace n on n.oid = x.stxnamespace
     where quote_ident(n.nspname) || '.' || quote_ident(x.stxname) = ${quoteLiteral(name)})`,
  ),
  'trigger definition': aside(
    ({ holder, part }) => `trigger ${part} on ${holder}`,
    partOf('pg_trigger', 'tg', 'pg_get_triggerdef(oid)'),
  ),
  'rule definition': aside(
    ({ holder, part }) => `rule ${part} on ${holder}`,
    partOf('pg_rewrite', 'rule', 'pg_get_ruledef(oid)'),
  ),
  'policy using': (place) => ({
    acts: [`alter policy ${place.part} on ${place.holder} using (${place.text})`],
    read: partOf('pg_policy', 'pol', 'pg_get_expr(polqual, polrelid)')(place),
  }),
  'policy check': (place) => ({
    acts: [`alter policy ${place.part} on ${place.holder} with check (${place.text})`],
    read: partOf('pg_policy', 'pol', 'pg_get_expr(polwithcheck, polrelid)')(place),
  }),
  'published table where': ({ name, text }) => ({
    acts: [`create publication ${SCRATCH} for table ${publishedTable(name)} where (${text})`],
    read: `(select pg_get_expr(t.prqual, t.prrelid) from pg_publication_rel t
              join pg_publication p on p.oid = t.prpubid where p.pubname = '${SCRATCH}')`,
  }),
  'view definition': VIEW,
  'materialized view definition': VIEW,
  'function arguments': ARGUMENTS,
  'function sqlBody': SQL_BODY,
  'procedure arguments': ARGUMENTS,
  'procedure sqlBody': SQL_BODY,
}
