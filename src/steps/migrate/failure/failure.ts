import { resolve } from 'node:path'
import { GateError, messageOf } from '../../../errors/error.ts'
import { liftLimitHint, sessionEnd } from '../../../postgres/session/session-limits.ts'
import { serverFacts } from '../../../postgres/sql/conditions.ts'
import { locate } from '../../../postgres/sql/position.ts'
import { excerpt } from '../../../postgres/sql/sql-secrets.ts'
import {
  INSUFFICIENT_PRIVILEGE,
  isConnectionLost,
  type ServerError,
  serverErrorOf,
} from '../../../postgres/sql/sqlstate.ts'
import type { Revision, RunnableBody, Statement } from '../../../revisions/file/revision.ts'
import { modulePlace } from '../../../revisions/module/stray-code.ts'
import { isTransient } from '../retry.ts'
import type { Run } from '../run.ts'
import { describeEnded, endedFacts } from '../watch/ended-blockers.ts'
import { type Blocker, describeBlocker } from '../watch/sightings.ts'
import { failureHint } from './failure-hint.ts'

/** Where a revision was when it failed. */
export interface FailurePlace {
  readonly revision: Revision
  /** What of it ran. */
  readonly body: RunnableBody
  /** Absent: in the revision's code, or at COMMIT, where deferred constraints speak. */
  readonly statement?: Statement
  /** 1-based number of the statement, for facts. */
  readonly number?: number
  /** What the failure left behind, in one sentence. */
  readonly left: string
  /** Where it ran, and what it was last seen waiting for. */
  readonly run: Pick<Run, 'context' | 'session' | 'lastSeen'>
}

/**
 * A failed statement as the operator wants to read it: revision, file, line and column, the line
 * itself, SQLSTATE, PostgreSQL's message and hint. Never `detail`, which may hold row values.
 * A failure that already is pgate's own (an interrupt, a refused history) is returned as it is, but
 * for the deadline: it says who was in the way.
 */
export function revisionFailure(error: unknown, place: FailurePlace): GateError {
  if (error instanceof GateError) return withBlockers(withLeft(error, place), place)
  if (isConnectionLost(error)) return connectionLost(error, place)
  const server = serverErrorOf(error)
  const isOwn = place.statement === undefined && place.body.kind === 'sql'
  if (isOwn && server?.sqlstate === INSUFFICIENT_PRIVILEGE) return notPermitted(server)
  const where = whereExactly(place, error)
  const isRetried = isTransient(error)
  const inTheWay = isRetried ? place.run.lastSeen.blockers : []
  const said = server?.message ?? messageOf(error)
  const sqlstate = server === undefined ? '' : ` (SQLSTATE ${server.sqlstate})`
  const lines = [`${where.label}: ${said}${sqlstate}${waited(inTheWay)}`, ...where.excerpt]
  if (server?.detail !== undefined) lines.push(`PostgreSQL's detail: ${server.detail}`)
  if (server?.hint !== undefined) lines.push(`PostgreSQL's hint: ${server.hint}`)
  lines.push(...endedLines(place.run))
  const { builtIn } = place.run.session.server
  const node = place.statement?.node
  const failed = {
    ...{ server, isTransient: isRetried, node, label: where.label, inTheWay, builtIn },
    revision: place.revision.id,
    withoutTransaction: isOwnFile(place) ? withoutTransaction(place.revision) : undefined,
  }
  return new GateError(isRetried ? 'MIGRATION_RETRIES' : 'MIGRATION_FAILED', lines.join('\n'), {
    facts: {
      revision: place.revision.id,
      ...where.facts,
      ...(server && serverFacts(server)),
      schema: server?.schema,
      table: server?.table,
      constraint: server?.constraint,
      ...(isRetried && { inTheWay: inTheWay.map(blockerFacts) }),
      ...endedFacts(place.run.lastSeen),
    },
    hint: `${failureHint(failed)} ${place.left}`,
    cause: error,
  })
}

/** For the first line, which is the one that the last line of a run repeats. */
export function waited(inTheWay: readonly Blocker[]): string {
  return inTheWay.length === 0 ? '' : `; it ${inTheWay.map(describeBlocker).join('; it ')}`
}

/** Who was in the way, without the SQL of that session. */
export function blockerFacts({ query: _, ...blocker }: Blocker): Omit<Blocker, 'query'> {
  return blocker
}

/** Who was ended for this run already, a line each. */
function endedLines({ lastSeen, context }: FailurePlace['run']): readonly string[] {
  const how = `PGATE_BLOCKERS=${context.config.blockers}`
  return (lastSeen.ending?.ended ?? []).map((one) => `${describeEnded(one)} (${how})`)
}

/** Where it was ended from outside: what that leaves is known here alone. */
function withLeft(failure: GateError, { left }: FailurePlace): GateError {
  const { code, message, facts, hint, cause } = failure
  if (code === 'MIGRATION_DEADLINE') {
    return new GateError(code, message, { facts, hint: `${left} ${hint}`, cause })
  }
  if (!code.startsWith('INTERRUPTED')) return failure
  return new GateError(code, message, {
    facts,
    hint: `${left} Run pgate again when it is wanted.`,
    cause,
  })
}

function withBlockers(failure: GateError, { revision, run }: FailurePlace): GateError {
  const inTheWay = run.lastSeen.blockers
  if (failure.code !== 'MIGRATION_DEADLINE' || inTheWay.length === 0) return failure
  const facts = {
    ...failure.facts,
    revision: revision.id,
    inTheWay: inTheWay.map(blockerFacts),
    ...endedFacts(run.lastSeen),
  }
  const { code, message, hint, cause } = failure
  const who = inTheWay.map((one) => `${revision.file} ${describeBlocker(one)}`)
  const lines = [...who, ...endedLines(run)]
  return new GateError(code, [message, ...lines].join('; '), { facts, hint, cause })
}

interface Whereabouts {
  readonly label: string
  readonly excerpt: readonly string[]
  readonly facts: Readonly<Record<string, unknown>>
}

/** Another tool's file has no header; what its own marks ask for, pgate does of itself. */
function isOwnFile({ run }: FailurePlace): boolean {
  const { format } = run.context.config
  return format === 'pgate' || format === 'auto'
}

/** Line and text of the header that `transaction: off` is to be written in. */
function withoutTransaction({
  file,
  transaction,
  upgrade,
  downgrade,
}: Revision): string | undefined {
  if (transaction === 'off') return undefined
  if (upgrade.kind === 'module') return `export const transaction = 'off' from ${file}`
  const lines = [upgrade, downgrade].flatMap((body) =>
    body?.kind === 'sql' ? [body.line - 1] : [],
  )
  const replaced = transaction === 'on' ? ' in place of `transaction: on`' : ''
  return `write \`-- transaction: off\` in the header, above ${file}:${Math.min(...lines)}${replaced}`
}

function whereExactly(place: FailurePlace, error: unknown): Whereabouts {
  const { revision, body, statement } = place
  if (body.kind === 'module') return whereInModule(revision.file, error)
  const { file = revision.file } = body
  if (statement === undefined) {
    return { label: file, excerpt: [], facts: { file, statement: place.number } }
  }
  const server = serverErrorOf(error)
  const { copy, line: firstLine } = statement
  if (copy !== undefined && server?.dataLine !== undefined) {
    const line = firstLine + copy.lineOffset + server.dataLine - 1
    // A line of data is not shown.
    return { label: `${file}:${line}`, excerpt: [], facts: { file, line, statement: place.number } }
  }
  const { line, column } = locate(statement, server?.position ?? 1)
  return {
    label: `${file}:${line}:${column}`,
    excerpt: excerpt(body.text, { row: line - body.line, line, column }),
    facts: { file, line, column, statement: place.number },
  }
}

/** The topmost call in the module; where that is of a file that it imports, that file is named too. */
function whereInModule(file: string, error: unknown): Whereabouts {
  const found = modulePlace(error)
  if (found === undefined) return { label: file, excerpt: [], facts: { file } }
  const { line, column } = found
  const isOwn = resolve(file) === found.file
  const label = isOwn ? `${file}:${line}:${column}` : `${file} (${found.file}:${line}:${column})`
  return { label, excerpt: [], facts: { file: isOwn ? file : found.file, line, column } }
}

function connectionLost(error: unknown, place: FailurePlace): GateError {
  const where = whereExactly(place, error)
  const { reason, facts: said, limit } = sessionEnd(error)
  const facts = { revision: place.revision.id, ...where.facts, ...said, limit }
  if (limit !== undefined) {
    const message = `${where.label}: ${limit} ended the session while revision ${place.revision.id} ran: ${reason}`
    const hint = `${liftLimitHint(limit)} Where the revision sets it itself, fix that. ${place.left}`
    return new GateError('SESSION_LIMIT', message, { facts, hint, cause: error })
  }
  const because = reason === undefined ? '' : `; the server said: ${reason}`
  return new GateError(
    'MIGRATION_CONNECTION_LOST',
    `${where.label}: the connection to PostgreSQL was lost while revision ${place.revision.id} ran${because}`,
    {
      facts,
      hint: `Run pgate again: it continues where it stopped. ${place.left}`,
      cause: error,
    },
  )
}

/** The role may not do what pgate itself has to: keep its tables, or become PGATE_ROLE. */
export function notPermitted(error: ServerError): GateError {
  return new GateError('MIGRATION_NOT_PERMITTED', `${error.message} (SQLSTATE ${error.sqlstate})`, {
    facts: { ...serverFacts(error), schema: error.schema, table: error.table },
  })
}
