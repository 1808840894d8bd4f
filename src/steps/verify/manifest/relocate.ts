import {
  type CatalogObjects,
  type DefinitionValue,
  type ObjectKind,
  parseKey,
  unquoteName,
} from '../../../catalog/object-key.ts'
import { GateError } from '../../../errors/error.ts'
import type { Parse } from '../spelling/parse-tree.ts'
import { asStatement, printedForm } from '../spelling/printed-form.ts'
import type { Manifest } from './manifest.ts'
import { mayHoldAlias, type Renaming, renameSchema } from './schema-names.ts'

/** As the revision wrote it: whatever schema's name is in there is meant. */
const AS_WRITTEN: ReadonlySet<string> = new Set([
  ...['body', 'labels', 'options', 'initial', 'library', 'settings', 'locale', 'ctype', 'rules'],
  ...['version', 'event', 'tags', 'roles', 'publish', 'publications', 'server', 'wrapper'],
])

/**
 * What verify reads of a live database: the manifest's schemas, where PGATE_SCHEMA stands for the one
 * that it was made with; without a manifest PGATE_SCHEMA.
 */
export function schemasOf(
  manifest: Pick<Manifest, 'schema' | 'schemas'> | null,
  schema: string,
): readonly string[] {
  if (manifest === null) return [schema]
  return manifest.schemas.map((name) => (name === manifest.schema ? schema : name))
}

/**
 * Names in a manifest are relative to PGATE_SCHEMA, so it serves any schema but one that it describes
 * besides: the objects of two would be one.
 * @throws {GateError} MANIFEST_INVALID
 */
export function checkSchema(manifest: Manifest, schema: string, file: string): void {
  const { schema: made, schemas } = manifest
  if (made === schema || !schemas.includes(made) || !schemas.includes(schema)) return
  throw new GateError(
    'MANIFEST_INVALID',
    `${file} was made with PGATE_SCHEMA=${made} and describes the schema ${schema} besides; with PGATE_SCHEMA=${schema} the objects of both would be in one`,
    {
      facts: { file, made, schema },
      hint: `Set PGATE_SCHEMA=${made}, or run \`PGATE_SCHEMA=${schema} pgate manifest\`.`,
    },
  )
}

/**
 * The manifest as it would have been made with another PGATE_SCHEMA: keys, definitions and spellings
 * name that schema. What a revision wrote itself, as a function's body in quotes or a literal, stays.
 * @param live whose keys say how the server prints the schema's name
 * @param load asked for the parser only where a query may use the schema's name as an alias
 */
export async function relocate(
  manifest: Manifest,
  schema: string,
  { live, load }: { readonly live: CatalogObjects; readonly load: () => Promise<Parse> },
): Promise<Manifest> {
  if (manifest.schema === schema) return manifest
  const from = manifest.schema
  const renaming = { from, to: schema, printed: printedName(schema, live) }
  const { objects, respelled, unpromised } = manifest
  const texts = [...textsOf(objects), ...textsOf(respelled)]
  const parse = texts.some((text) => mayHoldAlias(text, from)) ? await load() : undefined
  const inText = (kind: ObjectKind, field: string) => (text: string) =>
    rename(kind, field, text, { renaming, parse })
  const inValue = (kind: ObjectKind, field: string, value: DefinitionValue): DefinitionValue => {
    if (typeof value === 'boolean') return value
    const change = inText(kind, field)
    return typeof value === 'string' ? change(value) : value.map(change)
  }
  return Object.freeze({
    ...manifest,
    schema,
    schemas: schemasOf(manifest, schema),
    ...(unpromised && { unpromised: unpromised.map((text) => renameSchema(text, renaming)) }),
    objects: relocated(objects, renaming, inValue),
    respelled: relocated(respelled, renaming, (kind, field, texts) =>
      texts.map(inText(kind, field)),
    ),
  })
}

interface Relocation {
  readonly renaming: Renaming
  readonly parse: Parse | undefined
}

function printedName(schema: string, live: CatalogObjects): string {
  const names = [...live.keys()].flatMap((key) => {
    const parsed = parseKey(key)
    return parsed?.kind === 'schema' ? [parsed.name] : []
  })
  return names.find((name) => unquoteName(name) === schema) ?? schema
}

function textsOf(objects: CatalogObjects): readonly string[] {
  return [...objects.values()].flatMap((definition) =>
    Object.entries(definition).flatMap(([field, value]) =>
      typeof value === 'boolean' || AS_WRITTEN.has(field) ? [] : value,
    ),
  )
}

/** Each object under its new key, each field that is not as a revision wrote it changed. */
function relocated<T>(
  objects: ReadonlyMap<string, Readonly<Record<string, T>>>,
  renaming: Renaming,
  change: (kind: ObjectKind, field: string, value: T) => T,
): ReadonlyMap<string, Readonly<Record<string, T>>> {
  const moved = [...objects].map(([key, definition]) => {
    const kind = parseKey(key)?.kind ?? 'table'
    const fields = Object.entries(definition).map(
      ([field, value]) =>
        [field, AS_WRITTEN.has(field) ? value : change(kind, field, value)] as const,
    )
    return [renameKey(key, renaming), Object.freeze(Object.fromEntries(fields))] as const
  })
  return new Map(moved)
}

function renameKey(key: string, renaming: Renaming): string {
  const { kind, name } = parseKey(key) ?? { kind: 'table', name: key }
  return renameAlone(`${kind} ${kind === 'schema' ? name : renameSchema(name, renaming)}`, renaming)
}

/** Behind the word, where nothing is qualified: `schema app`, `grant USAGE on schema app to api`. */
function renameAlone(text: string, { from, printed }: Renaming): string {
  return text.replaceAll(/(?<=(?:^| )schema )(?:"(?:[^"]|"")*"|[^\s".]+)/g, (name) =>
    unquoteName(name) === from ? printed : name,
  )
}

function rename(
  kind: ObjectKind,
  field: string,
  text: string,
  { renaming, parse }: Relocation,
): string {
  // An extension's schema is a name, and no SQL.
  if (kind === 'extension') return field === 'schema' && text === renaming.from ? renaming.to : text
  if (field === 'on') return renameAlone(renameSchema(text, renaming), renaming)
  const form = printedForm(kind, field)
  if (form === undefined || parse === undefined || !mayHoldAlias(text, renaming.from))
    return renameSchema(text, renaming)
  const aliases = columnsIn(asStatement(form, text), text, parse(form, text))
  return renameSchema(text, renaming, (offset) => aliases.has(offset))
}

/**
 * Where in the text a column is named by a table's name or alias: the server puts no schema there,
 * so what looks like one is none.
 */
function columnsIn(statement: string, text: string, tree: unknown): ReadonlySet<number> {
  const bytes = Buffer.from(statement)
  const before = statement.indexOf(text)
  const offsets = locationsOfColumns(tree).map(
    (location) => bytes.subarray(0, location).toString().length - before,
  )
  return new Set(offsets)
}

function locationsOfColumns(node: unknown): readonly number[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([name, child]): readonly number[] => {
    if (name !== 'ColumnRef') return locationsOfColumns(child)
    return [typeof child.location === 'number' ? child.location : 0]
  })
}
