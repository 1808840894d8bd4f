import { tableNames } from '../formats/formats.ts'
import { quoteIdentifier, quoteLiteral } from '../postgres/sql/identifier.ts'
import { moveSequence } from '../store/journal.ts'
import { isOutdated, journalDdl, journalUpgrade, schemaDdl } from '../store/tables.ts'
import { doBlock, raise, when } from './block.ts'
import { comment } from './psql-text.ts'
import type { OfflineConfig } from './session.ts'

type Extension = OfflineConfig['extensions'][number]

/**
 * The declared extensions, each created where it is missing; with a floor also updated where it is
 * below, and refused where that does not help. Run as the role that runs the script, not as PGATE_ROLE.
 */
export function extensionLines({ extensions, adminConnection }: OfflineConfig): readonly string[] {
  if (extensions.length === 0) return []
  const who =
    adminConnection === undefined
      ? 'where this role may not create one, an administrator runs these lines before'
      : 'PGATE_ADMIN_URL is set, so the role of that URL may have to run these lines before'
  return [
    comment(`Extensions (PGATE_EXTENSIONS); ${who}`),
    ...extensions.flatMap((extension) =>
      extension.optional === true
        ? [attempt(extension)]
        : [...create(extension), ...floor(extension)],
    ),
  ]
}

/** An optional one that cannot be created is left out, as a connected gate leaves it out. */
function attempt({ name }: Extension): string {
  const notice = quoteLiteral(`pgate: the optional extension ${name} is left out: %`)
  return doBlock([
    'begin',
    `  create extension if not exists ${quoteIdentifier(name)} cascade;`,
    'exception when others then',
    `  raise notice ${notice}, sqlerrm;`,
    'end;',
  ])
}

function create({ name, schema }: Extension): readonly string[] {
  const into = schema === undefined ? '' : ` schema ${quoteIdentifier(schema)}`
  return [
    ...(schema === undefined ? [] : [doBlock(schemaWhenMissing(schema))]),
    `create extension if not exists ${quoteIdentifier(name)}${into} cascade;`,
  ]
}

function floor({ name, floor: least }: Extension): readonly string[] {
  if (least === undefined) return []
  const parts = least
    .replace(/(?:\.0+)+$/, '')
    .split('.')
    .map(Number)
  const below = `exists (select from pg_catalog.pg_extension where extname operator(pg_catalog.=) ${quoteLiteral(name)}
      and pg_catalog.string_to_array(pg_catalog.rtrim(pg_catalog.regexp_replace(extversion, '[^0-9.].*$', ''), '.'), '.')::integer[]
        operator(pg_catalog.<) array[${parts.join(', ')}])`
  const message = `pgate: extension ${name} is below ${least}, and the server has no update that helps`
  const remedy = 'Install a newer package of it on the server.'
  return [
    doBlock([
      ...when(below, [`alter extension ${quoteIdentifier(name)} update;`]),
      ...when(below, [raise(quoteLiteral(message), quoteLiteral(remedy))]),
    ]),
  ]
}

/** Schema, version table and journal, each only where it is missing: exactly as a connected gate. */
export function tableLines(config: OfflineConfig): readonly string[] {
  const names = tableNames(config)
  const schemas = new Set([names.schema, names.history.schema, names.journalSchema])
  return [
    comment("The version table and pgate's journal"),
    doBlock([
      ...[...schemas].flatMap((schema) => schemaWhenMissing(schema, schemaDdl(schema))),
      ...when(
        isMissing(names.versions),
        names.history.ddl.map((sql) => `${sql};`),
      ),
      ...when(
        isMissing(names.journal),
        journalDdl(names).map((sql) => `${sql};`),
      ),
      ...when(`not (${isMissing(names.journal)})`, [
        `perform from (${moveSequence(names)}) moved;`,
      ]),
      ...when(
        isOutdated(names),
        // A SELECT in PL/pgSQL that keeps no result.
        journalUpgrade(names).map((sql) => `${sql.replace(/^select /, 'perform ')};`),
      ),
    ]),
  ]
}

/** CREATE SCHEMA IF NOT EXISTS asks for CREATE on the database even where the schema is there. */
function schemaWhenMissing(
  schema: string,
  ddl = `create schema if not exists ${quoteIdentifier(schema)}`,
): readonly string[] {
  const name = quoteLiteral(quoteIdentifier(schema))
  return when(`pg_catalog.to_regnamespace(${name}) is null`, [`${ddl};`])
}

function isMissing(table: string): string {
  return `pg_catalog.to_regclass(${quoteLiteral(table)}) is null`
}
