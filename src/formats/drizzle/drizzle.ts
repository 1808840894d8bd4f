import { qualifiedName } from '../../postgres/sql/identifier.ts'
import { idTableHistory } from '../../store/id-table-history.ts'
import type { HistoryPlace, SourceFormat } from '../format.ts'

/** What decides in a folder of Drizzle 0.x: which files count, and in which order. */
export const JOURNAL_FILE = 'meta/_journal.json'

const COLUMNS = ['id serial primary key', 'hash text not null', 'created_at bigint']

/** Where Drizzle keeps it, unless the configuration names another place. */
const PLACE = { versionTable: '__drizzle_migrations', versionSchema: 'drizzle' } as const

/**
 * The folder of Drizzle 0.x and its `drizzle.__drizzle_migrations`. What is applied is a mark: the
 * newest `created_at`, which is an entry's `when`. What is older and has no row is never run.
 * @see https://github.com/drizzle-team/drizzle-orm/blob/main/drizzle-orm/src/pg-core/dialect.ts
 */
export const drizzle: SourceFormat = {
  ...PLACE,
  history: (place) => {
    const id = `coalesce(created_at::pg_catalog.text, 'NULL')`
    return historyOf(place, { id, columns: COLUMNS, facts: ['hash', 'created_at'] })
  },
  recognises: ({ has }) => has(JOURNAL_FILE),
  rules: {
    rows: 'each',
    edited: 'warn',
    late: 'never',
    covers: (row, id) => Number(row) >= Number(id),
    compare: (one, other) => Number(one) - Number(other),
    lateRemedy:
      'where its schema is there all the same, `pgate stamp head` says so; else write what it does as a new migration',
  },
  files: {
    depth: 1,
    isOne: (path) => /^[^/]+\.sql$/.test(path) || path === JOURNAL_FILE || isNewForm(path),
  },
  reading: async () => (await import('./reading.ts')).DRIZZLE_FILES,
}

/**
 * The folder of Drizzle 1.x, and the same table with two columns more: what is applied is known by
 * name. Rows that Drizzle 0.x wrote stand for the folder of that second until Drizzle has named them.
 * @see https://github.com/drizzle-team/drizzle-orm/blob/beta/drizzle-orm/src/up-migrations/pg.ts
 */
export const drizzle1: SourceFormat = {
  ...PLACE,
  history: (place) => {
    // The whole row, which has no name where it is Drizzle 0.x's table.
    const name = `(pg_catalog.to_jsonb(${qualifiedName(place.versionTable)}) operator(pg_catalog.->>) 'name')`
    const second = `pg_catalog.to_char(pg_catalog.to_timestamp(created_at::double precision operator(pg_catalog./) 1000) at time zone 'UTC', 'YYYYMMDDHH24MISS')`
    return historyOf(place, {
      id: `coalesce(${name}, ${second}, 'NULL')`,
      columns: [...COLUMNS, 'name text', 'applied_at timestamp with time zone default now()'],
      facts: ['hash', 'created_at', 'name'],
      oldForm:
        'Run `npx drizzle-kit migrate` of Drizzle 1.x once: it adds the columns, and names the rows by the files. Nothing was run.',
    })
  },
  recognises: ({ has, folder }) =>
    folder !== undefined && isNewForm(`${folder}/snapshot.json`) && has(`${folder}/snapshot.json`),
  rules: {
    rows: 'each',
    edited: 'warn',
    covers: (row, id) => /^\d{14}$/.test(row) && id.startsWith(`${row}_`),
    compare: inOrder,
  },
  files: { depth: 1, isOne: (path) => path.endsWith('/migration.sql') || path === JOURNAL_FILE },
  reading: async () => (await import('./reading-1.ts')).DRIZZLE_1_FILES,
}

/** Whether a path is one of 1.x: `<14 digits>_<name>/…`. */
export function isNewForm(path: string): boolean {
  return /^\d{14}_[^/]+\/(?:migration\.sql|snapshot\.json)$/.test(path)
}

/** As Drizzle sorts folders. */
export function inOrder(one: string, other: string): number {
  return one.localeCompare(other, 'en')
}

/** Nothing in the table keeps two rows of one migration apart, and Drizzle takes no lock. */
function historyOf(
  { schema, versionTable: name, ...place }: HistoryPlace,
  own: {
    readonly id: string
    readonly columns: readonly string[]
    readonly facts: readonly string[]
    readonly oldForm?: string
  },
) {
  const table = qualifiedName(schema, name)
  const { id, columns, facts, oldForm } = own
  const values = facts.map((fact) => {
    const text = `fact operator(pg_catalog.->>) '${fact}'`
    return fact === 'created_at' ? `(${text})::pg_catalog.int8` : text
  })
  return idTableHistory({
    ...{ ...place, table, schema, name, column: 'hash', id },
    rowsSql: `select distinct on (1) ${id} as id, hash as checksum from ${table} order by 1, ${table}.id desc`,
    insertSql: (rows) =>
      `insert into ${table} (${facts.join(', ')}) select ${values.join(', ')}
         from pg_catalog.jsonb_array_elements(${rows}) with ordinality as new (fact, place) order by new.place`,
    ddl: [`create table if not exists ${table} (${columns.join(', ')})`],
    lockSql: `lock table ${table} in share row exclusive mode`,
    hasNoKey: true,
    ...(oldForm !== undefined && { oldForm }),
  })
}
