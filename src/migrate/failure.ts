import { GateError, wordsOf } from '../errors.ts'
import { locate } from '../postgres/position.ts'
import { excerpt } from '../postgres/sql-secrets.ts'
import {
  DISK_FULL,
  DUPLICATE_COLUMN,
  DUPLICATE_OBJECT,
  DUPLICATE_SCHEMA,
  DUPLICATE_TABLE,
  INSUFFICIENT_PRIVILEGE,
  isConnectionLost,
  QUERY_CANCELED,
  serverErrorOf,
} from '../postgres/sqlstate.ts'
import type { Revision, RevisionBody, Statement } from '../revisions/revision.ts'
import { notPermitted } from './not-permitted.ts'
import { isPassing, PASSING } from './retry.ts'
import { type Blocker, describeBlocker } from './sightings.ts'

/** Where a revision was when it failed. */
export interface FailurePlace {
  readonly revision: Revision
  /** What of it ran. */
  readonly body: RevisionBody
  /** Absent: in the revision's code, or at COMMIT, where deferred constraints speak. */
  readonly statement?: Statement
  /** 1-based number of the statement, for facts. */
  readonly number?: number
  /** What the failure left behind, in one sentence. */
  readonly left: string
  /** The sessions that it was last seen waiting for. */
  readonly inTheWay: readonly Blocker[]
}

/**
 * A failed statement as the operator wants to read it: revision, file, line and column, the line
 * itself, SQLSTATE, PostgreSQL's message and hint. Never `detail`, which may hold row values.
 * A failure that already is pgate's own (an interrupt, a refused history) is returned as it is, but
 * for the deadline: it tells who was in the way.
 */
export function revisionFailure(error: unknown, place: FailurePlace): GateError {
  if (error instanceof GateError) return withBlockers(error, place)
  if (isConnectionLost(error)) return connectionLost(error, place)
  const server = serverErrorOf(error)
  if (place.statement === undefined && server?.sqlstate === INSUFFICIENT_PRIVILEGE) {
    return notPermitted(server)
  }
  const at = whereExactly(place, server?.position)
  const said = server?.message ?? wordsOf(error)
  const sqlstate = server === undefined ? '' : ` (SQLSTATE ${server.sqlstate})`
  const lines = [`${at.label}: ${said}${sqlstate}`, ...at.excerpt]
  if (server?.hint !== undefined) lines.push(`PostgreSQL's hint: ${server.hint}`)
  if (isPassing(error)) lines.push(...place.inTheWay.map((one) => `It ${describeBlocker(one)}`))
  return new GateError(
    isPassing(error) ? 'MIGRATION_RETRIES' : 'MIGRATION_FAILED',
    lines.join('\n'),
    {
      facts: {
        revision: place.revision.id,
        ...at.facts,
        sqlstate: server?.sqlstate,
        schema: server?.schema,
        table: server?.table,
        constraint: server?.constraint,
        ...(isPassing(error) && { inTheWay: place.inTheWay.map(({ pid }) => pid) }),
      },
      hint: `${nextStep(server?.sqlstate, at.label)} ${place.left}`,
      cause: error,
    },
  )
}

function withBlockers(failure: GateError, { revision, inTheWay }: FailurePlace): GateError {
  if (failure.code !== 'MIGRATION_DEADLINE' || inTheWay.length === 0) return failure
  const told = inTheWay.map((one) => `${revision.file} ${describeBlocker(one)}`)
  const facts = {
    ...failure.facts,
    revision: revision.id,
    inTheWay: inTheWay.map(({ pid }) => pid),
  }
  const { code, message, hint, cause } = failure
  return new GateError(code, [message, ...told].join('\n'), { facts, hint, cause })
}

/** What there is already: often a schema that was made before pgate came. */
const EXISTS: ReadonlySet<string> = new Set([
  DUPLICATE_TABLE,
  DUPLICATE_OBJECT,
  DUPLICATE_COLUMN,
  DUPLICATE_SCHEMA,
])

function nextStep(sqlstate: string | undefined, label: string): string {
  if (sqlstate !== undefined && PASSING.has(sqlstate)) {
    return 'Something else holds a lock that this needs; run pgate again when it is quiet.'
  }
  if (sqlstate === DISK_FULL) return 'Give the server disk space and run pgate again.'
  if (sqlstate === QUERY_CANCELED) {
    return 'Somebody, or statement_timeout, cancelled it: see PGATE_STATEMENT_TIMEOUT, and run pgate again.'
  }
  if (sqlstate !== undefined && EXISTS.has(sqlstate)) {
    return `Where the schema was made without pgate, say so with pgate stamp <revision>; else mend ${label}. Then run pgate again.`
  }
  return `Mend ${label} and run pgate again.`
}

interface Whereabouts {
  readonly label: string
  readonly excerpt: readonly string[]
  readonly facts: Readonly<Record<string, unknown>>
}

function whereExactly(place: FailurePlace, position: number | undefined): Whereabouts {
  const { revision, body, statement } = place
  const file = revision.file
  if (statement === undefined || body.kind !== 'sql') {
    return { label: file, excerpt: [], facts: { file, statement: place.number } }
  }
  const { line, column } = locate(statement, position ?? 1)
  return {
    label: `${file}:${line}:${column}`,
    excerpt: excerpt(body.text, { row: line - body.line, line, column }),
    facts: { file, line, column, statement: place.number },
  }
}

function connectionLost(error: unknown, place: FailurePlace): GateError {
  const at = whereExactly(place, undefined)
  return new GateError(
    'MIGRATION_CONNECTION_LOST',
    `${at.label}: the connection to PostgreSQL was lost while revision ${place.revision.id} ran`,
    {
      facts: { revision: place.revision.id, ...at.facts },
      hint: `Run pgate again: it goes on where the database stands. ${place.left}`,
      cause: error,
    },
  )
}
