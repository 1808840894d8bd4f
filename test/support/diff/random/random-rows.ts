import {
  type Column,
  countOfPartitions,
  type Model,
  REFERRING,
  type Table,
} from './schema-model.ts'

/**
 * INSERTs of two rows for each table of one schema that is in the other, too, where the constraints of both
 * let them: no column becomes not null without a value, and no value needs another type.
 */
export function rowsSql(from: Model, to: Model): readonly string[] {
  return from.tables.flatMap((table) => {
    const other = to.tables.find((one) => one.name === table.name)
    // Rows of a partition by hash fit no other modulus.
    if (other === undefined || countOfPartitions(table.raw) !== countOfPartitions(other.raw))
      return []
    const given = table.columns.filter((one) => !one.generated && !one.identity && !one.isSerial)
    const others = table.columns.filter((one) => !given.includes(one))
    if (others.some(({ name, type }) => typeIn(other, name, type) !== type)) return []
    const values = [1, 2].map((row) =>
      given.map((column) => rowValue(column, row, { other, from, to })),
    )
    if (given.some((column, at) => isStuck(column, values[0]?.[at], { other, from, to }))) return []
    if (other.columns.some((column) => isNew(column, table) && needsValue(column, to))) return []
    if (table.columns.some((column) => isNew(column, other) && needsValue(column, from))) return []
    const names = given.map(({ name }) => name).join(', ')
    const texts = values.map((row) => `(${row.map((one) => one ?? 'null').join(', ')})`)
    return [`insert into ${table.name} (${names}) values ${texts.join(', ')}`]
  })
}

/** The type that it has there; the same where it is not there. */
function typeIn({ columns }: Table, name: string, type: string): string {
  return columns.find((one) => one.name === name)?.type ?? type
}

function isNew({ name }: Column, table: Table): boolean {
  return !table.columns.some((one) => one.name === name)
}

function needsValue(column: Column, { domains }: Model): boolean {
  if (column.identity || column.isSerial || column.generated) return false
  const isDomain = domains.has(column.type)
  return !column.default && (!column.isNullable || isDomain)
}

/** Without a value where one is needed, before or afterwards. */
function isStuck(column: Column, value: string | undefined, { other, from, to }: Both): boolean {
  if (value !== undefined) return false
  const later = other.columns.find((one) => one.name === column.name)
  if (from.domains.has(column.type) || (later && to.domains.has(later.type))) return true
  return !column.isNullable || later?.isNullable === false
}

interface Both {
  readonly other: Table
  readonly from: Model
  readonly to: Model
}

function rowValue({ name, type }: Column, row: number, { other, from, to }: Both) {
  const later = other.columns.find((one) => one.name === name)
  if (later && later.type !== type) return undefined
  if (name === 'id')
    return type === 'uuid' ? `'7a3e1f52-8f0b-4a83-9a55-2b1d3a2f6a1${row}'` : `${row}`
  if (REFERRING.includes(name)) return undefined
  const labels = from.enums.get(type)
  if (labels) {
    const both = labels.filter((label) => (to.enums.get(type) ?? labels).includes(label))
    return both[0] === undefined ? undefined : `'${both[row % both.length]}'`
  }
  if (from.domains.has(type))
    return from.domains.get(type) === to.domains.get(type) ? `'${row}'` : undefined
  return VALUES[type]?.(row)
}

const VALUES: Readonly<Record<string, (row: number) => string>> = {
  integer: (row) => `${row}`,
  bigint: (row) => `${row}`,
  text: (row) => `'text ${row}'`,
  smallint: (row) => `${row}`,
  'varchar(20)': (row) => `'twenty ${row}'`,
  'varchar(40)': (row) => `'forty ${row}'`,
  'numeric(10,2)': (row) => `${row}.25`,
  boolean: (row) => `${row === 1}`,
  'timestamp with time zone': (row) => `'2024-01-0${row} 00:00:00+00'`,
  date: (row) => `'2024-01-0${row}'`,
  jsonb: (row) => `'{"row": ${row}}'`,
  'text[]': (row) => `'{a,${row}}'`,
  'integer[]': (row) => `'{7,${row}}'`,
  'double precision': (row) => `0.${row}`,
  bytea: (row) => `'\\x0${row}'`,
}
