import { asIdentifier, asSchema, describeFound } from '../config/values.ts'
import { messageOf } from '../errors/error.ts'
import type { TargetResult } from '../postgres/connect/read-target.ts'
import { type ConnectionTarget, retarget, targetLabel } from '../postgres/connect/target.ts'
import { problemText } from '../postgres/connect/target-parameters.ts'

/**
 * One database, or one schema of one, as a list names it; no more than it takes to begin with it, as there
 * may be a hundred thousand. `url` holds a password: a target is never logged, its name is.
 */
export interface Target {
  readonly name: string
  readonly url?: string
  readonly database?: string
  readonly schema?: string
}

/** What a target is read from: a line of a file, or a row. */
export type Fields = Readonly<Record<string, unknown>>

/** What targets leave out, and how a URL is read. */
export interface Surroundings {
  /** The run's own connection: what `database` and `schema` are next to. */
  readonly connection: ConnectionTarget | undefined
  readonly readUrl: (url: string) => TargetResult
}

const FIELDS: readonly string[] = ['name', 'url', 'database', 'schema']
const LONGEST_NAME = 200

/**
 * The target that fields name.
 * @throws {Error} that says what was found and what may be written; no part of a URL is in it
 */
export function targetFrom(
  fields: Fields,
  surroundings: Surroundings,
): { readonly target: Target; readonly connection: ConnectionTarget } {
  const strange = Object.keys(fields).find((field) => !FIELDS.includes(field))
  if (strange !== undefined) {
    throw new Error(`${describeFound(strange)} as a field; write ${FIELDS.join(', ')}`)
  }
  const [url, database, schema] = ['url', 'database', 'schema'].map((field) => text(fields, field))
  if (url === undefined && database === undefined && schema === undefined) {
    throw new Error('names no database; give url, database or schema')
  }
  const target = {
    ...(url !== undefined && { url }),
    ...(database !== undefined && { database: named('database', database, asIdentifier) }),
    ...(schema !== undefined && { schema: named('schema', schema, asSchema) }),
  }
  const connection = connectionOf(target, surroundings)
  const name = text(fields, 'name') ?? [targetLabel(connection), schema].filter(Boolean).join('.')
  return { target: { name: checkedName(name), ...target }, connection }
}

/**
 * Where a target is.
 * @throws {Error} as {@link targetFrom}
 */
export function connectionOf(
  { url, database }: Omit<Target, 'name'>,
  { connection, readUrl }: Surroundings,
): ConnectionTarget {
  const found = url === undefined ? connection : usable(readUrl(url))
  if (found === undefined) {
    throw new Error('has no url, and no connection is set that it could be next to')
  }
  return database === undefined ? found : retarget(found, { database })
}

function usable(result: TargetResult): ConnectionTarget {
  if ('target' in result) {
    const { target } = result
    // Where a refused password is looked for.
    const isListed = target.passwordFrom === 'password'
    return isListed ? retarget(target, { passwordFrom: 'the list of PGATE_FLEET' }) : target
  }
  throw new Error(result.problems.map(problemText).join('; '))
}

function text(fields: Fields, field: string): string | undefined {
  const value = fields[field] ?? undefined
  if (value === undefined || typeof value === 'string') return value || undefined
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  throw new Error(`${field} is no text`)
}

function named(field: string, value: string, check: (text: string) => string): string {
  try {
    return check(value)
  } catch (error) {
    throw new Error(`${field}: ${messageOf(error)}`)
  }
}

/** A name is shown wherever the target is. */
function checkedName(name: string): string {
  if (name.includes('://')) throw new Error('name: found a URL, which is not shown; write a name')
  if (name.length <= LONGEST_NAME && !/\p{Cc}/u.test(name)) return name
  throw new Error(
    `name: ${describeFound(name)}; write at most ${LONGEST_NAME} characters of one line`,
  )
}
