/** Types whose values PostgreSQL turns into one another where one is assigned to the other. */
const FAMILIES = [
  ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'],
  ['text', 'character varying', 'character', 'name'],
  ['date', 'timestamp without time zone', 'timestamp with time zone'],
  ['time without time zone', 'time with time zone'],
  ['json', 'jsonb'],
  ['cidr', 'inet'],
  ['bit', 'bit varying'],
]

/** Pairs between which not every value survives, though each can be turned. */
const LOSSES: readonly (readonly [from: RegExp, to: RegExp])[] = [
  [/^(?:numeric|real|double precision)/, /^(?:smallint|integer|bigint)$/],
  [/^(?:numeric|double precision)/, /^real$/],
  [/^numeric/, /^double precision$/],
  [/^timestamp/, /^date$/],
  [/^timestamp/, /^timestamp\([0-5]\)/],
  [/^jsonb?$/, /^jsonb$/],
]

/** How a value of one type becomes one of another; undefined where an assignment does. */
export function usingFor(column: string, from: string, to: string): string | undefined {
  const [old, now] = [elementOf(from), elementOf(to)]
  const areLists = old !== from && now !== to
  if ((old === from) === (now === to)) {
    const family = FAMILIES.find((one) => one.includes(baseOf(old)))
    if (baseOf(old) === baseOf(now) || family?.includes(baseOf(now))) return undefined
    if (isText(now)) return undefined
    if (isText(old)) return `${column}::${to}`
    if (isTruth(old, now) || isTruth(now, old))
      return `${column}::integer${now === 'integer' ? '' : `::${to}`}`
  }
  return throughText(column, to, areLists)
}

/** By what every type can be written as: `c::text::t`, of lists `c::text[]::t[]`. */
export function throughText(column: string, to: string, areLists = elementOf(to) !== to): string {
  return `${column}::text${areLists ? '[]' : ''}::${to}`
}

/** True where values are rounded or cut. */
export function losesValues(from: string, to: string): boolean {
  if (from === to || from === 'jsonb') return false
  const [old, now] = [scaleOf(from), scaleOf(to)]
  if (now !== undefined && baseOf(from) === 'numeric') return old === undefined || now < old
  return LOSSES.some(([one, other]) => one.test(from) && other.test(to))
}

/** False where the server only notes the new type: text for varchar, a longer varchar, a wider numeric. */
export function rewritesRows(from: string, to: string): boolean {
  const [old, now] = [baseOf(from), baseOf(to)]
  const pair = `${old} > ${now}`
  if (pair === 'character varying > text' || pair === 'cidr > inet') return false
  if (pair === 'text > character varying') return lengthOf(to) !== undefined
  if (old !== now || !/^(?:character varying|numeric|bit varying)$/.test(old)) return true
  if (scaleOf(from) !== scaleOf(to) && lengthOf(to) !== undefined) return true
  return (lengthOf(to) ?? Number.POSITIVE_INFINITY) < (lengthOf(from) ?? Number.POSITIVE_INFINITY)
}

function elementOf(type: string): string {
  return type.replace(/(?:\[\])+$/, '')
}

/** Without length, precision and scale. */
function baseOf(type: string): string {
  return type.replace(/\([\d, ]+\)/, '')
}

/** Of integers alone there is a cast to boolean, and back. */
function isTruth(one: string, other: string): boolean {
  return one === 'boolean' && FAMILIES[0]?.includes(baseOf(other)) === true
}

function isText(type: string): boolean {
  return ['text', 'character varying', 'character'].includes(baseOf(type))
}

function lengthOf(type: string): number | undefined {
  const length = /\((\d+)/.exec(type)?.[1]
  return length === undefined ? undefined : Number(length)
}

/** Of `numeric(10,2)`: 2. */
function scaleOf(type: string): number | undefined {
  const scale = /\(\d+,(-?\d+)\)/.exec(type)?.[1]
  return scale === undefined ? undefined : Number(scale)
}
