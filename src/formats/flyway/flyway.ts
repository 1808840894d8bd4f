import { qualifiedName } from '../../postgres/sql/identifier.ts'
import { failedRowSql } from '../../revisions/graph/history-rules.ts'
import { idTableHistory } from '../../store/id-table-history.ts'
import type { HistoryPlace, SourceFormat } from '../format.ts'
import { readSettings, settingsFile } from './settings.ts'
import { compareIds, covers, isMark, repeats } from './versions.ts'

const MIGRATION = /^(?:[VUB]\d[\d._]*(?:__.*)?|R__.+|(?:before|after)[A-Z]\w*)\.sql$/s

/**
 * Flyway's folder and `flyway_schema_history`: a row for each time that a file was run, and markers.
 * @see https://github.com/flyway/flyway/tree/main/flyway-core/src/main/java/org/flywaydb/core/internal/schemahistory
 */
export const flyway: SourceFormat = {
  versionTable: 'flyway_schema_history',
  settings: ({ migrations, environment }) => {
    const { values } = readSettings(migrations, environment?.variables ?? {})
    const versionTable = values.get('table')
    const schema = values.get('defaultschema') ?? values.get('schemas')?.split(',')[0]?.trim()
    return { ...(versionTable && { versionTable }), ...(schema && { schema }) }
  },
  readsBeyond: ({ migrations, environment }) =>
    settingsFile(migrations) !== undefined ||
    Object.keys(environment?.variables ?? {}).some((name) => name.startsWith('FLYWAY_')),
  history: ({ schema, versionTable: name, ...place }: HistoryPlace) => {
    const table = qualifiedName(schema, name)
    return idTableHistory({
      ...{ ...place, table, schema, name, column: 'installed_rank', id: ID },
      ...{ formerName: 'schema_version', begins: 'empty' },
      ddl: ddlOf(table, name),
      rowsSql: rowsSql(table),
      insertSql: (rows) => insertSql(table, rows),
      lockKeys: () => [LOCK + BigInt(hashCode(table))],
    })
  },
  // refinery's files have the same names; its migrations are part of a crate.
  recognises: ({ sql, has }) =>
    ['flyway.toml', 'flyway.conf', '../flyway.toml', '../flyway.conf'].some(has) ||
    (sql !== undefined &&
      MIGRATION.test(sql.name) &&
      !/^--\s*(?:pgate|revision)\s*:/m.test(sql.text) &&
      !['../Cargo.toml', '../../Cargo.toml'].some(has)),
  rules: {
    rows: 'each',
    late: 'refuse',
    gone: 'refuse',
    compare: compareIds,
    ...{ covers, isMark, repeats },
    failedRemedy:
      'Undo by hand what that run has left, then take its row away with `flyway repair`, and run pgate again.',
    goneRemedy: 'where its file was removed on purpose, let `flyway repair` mark it as deleted',
    lateRemedy:
      'Give the file a version above that one; or, where Flyway is to run such files too, set FLYWAY_OUT_OF_ORDER=true (or `outOfOrder` in its configuration).',
  },
  files: {
    depth: Number.POSITIVE_INFINITY,
    isOne: (path) =>
      !/(?:^|\/)\./.test(path) && /(?:\.(?:sql|conf|java|kt)|(?:^|\/)[^/]*__[^/]*)$/i.test(path),
  },
  reading: async () => (await import('./reading.ts')).FLYWAY_FILES,
}

/** The bytes of "Flyway"; its lock's key is this and the table's hash. */
const LOCK = 77_431_708_279_161n

/** Java's, of a string. */
function hashCode(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index += 1)
    hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0
  return hash
}

function ddlOf(table: string, name: string): readonly string[] {
  return [
    `create table if not exists ${table} (
    installed_rank integer not null,
    version varchar(50),
    description varchar(200) not null,
    type varchar(20) not null,
    script varchar(1000) not null,
    checksum integer,
    installed_by varchar(100) not null,
    installed_on timestamp not null default pg_catalog.now(),
    execution_time integer not null,
    success boolean not null,
    constraint ${qualifiedName(`${name}_pk`)} primary key (installed_rank)
  )`,
    `create index if not exists ${qualifiedName(`${name}_s_idx`)} on ${table} (success)`,
  ]
}

const isType = (...types: readonly string[]) =>
  `type operator(pg_catalog.=) any (array['${types.join("', '")}'])`
const IS_BASELINE = isType('BASELINE', 'INIT', 'SQL_BASELINE', 'JDBC_BASELINE', 'SCRIPT_BASELINE')
const IS_CANCELLED = `(${isType('DELETE')} or pg_catalog.starts_with(type, 'UNDO'))`
/** Most rows are of a version and in SQL, and the short way halves the time that ten thousand take. */
const versionOr = (other: string) =>
  `case when ${isType('SQL')} and version is not null then version::pg_catalog.text else ${other} end`
/** What a row is about, whichever of its texts. */
const KEY = versionOr(`pg_catalog.concat(case when ${IS_BASELINE} then 'B' end,
    coalesce(version, pg_catalog.concat('R__', pg_catalog.replace(description, ' ', '_'))))`)
const HASH = `case when version is null then pg_catalog.concat('#', pg_catalog.to_hex(checksum)) end`
const IN_FULL = versionOr(`pg_catalog.concat(${KEY}, case when ${IS_BASELINE} then ''
    when ${isType('SQL')} or ${IS_CANCELLED} then ${HASH} else pg_catalog.concat(' (', type, ')') end)`)
const ID = `case when success then ${IN_FULL} else ${failedRowSql(IN_FULL)} end`
/** By bytes: the collation of a language takes longer. */
const SORT_KEY = `(${KEY}) collate pg_catalog."C"`

/** Of each version and of each repeatable file the newest row counts, and none where that takes it back. */
function rowsSql(table: string): string {
  return `select ${ID} as id,
         case when version is not null and checksum is not null
              then pg_catalog.concat_ws(' ', checksum, type, description) end as checksum,
         case when not success then pg_catalog.concat(script, ', ', pg_catalog.to_char(installed_on, 'YYYY-MM-DD HH24:MI:SS')) end as failure
    from (select distinct on (${SORT_KEY}) * from ${table} where type operator(pg_catalog.<>) 'SCHEMA'
           order by ${SORT_KEY}, installed_rank desc) as newest
   where not ${IS_CANCELLED}`
}

/** How long it took is not known when the row is written; pgate's journal says it. */
function insertSql(table: string, rows: string): string {
  const fact = (name: string) => `fact operator(pg_catalog.->>) '${name}'`
  return `insert into ${table} (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
    select coalesce((select pg_catalog.max(installed_rank) from ${table}), 0) operator(pg_catalog.+) nth::pg_catalog.int4,
           ${fact('version')}, ${fact('description')}, ${fact('type')}, ${fact('script')},
           (${fact('checksum')})::pg_catalog.int4, current_user, 0, true
      from pg_catalog.jsonb_array_elements(${rows}) with ordinality as facts (fact, nth)
     order by nth`
}
