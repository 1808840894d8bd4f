import { oneLine } from '../base/words.ts'
import type { GateError } from './error.ts'
import { FAILURES, type FailureCode } from './failures.ts'

/** A failure in words that may be shown to anyone who can reach the sidecar. */
export interface PublicReason {
  readonly code: FailureCode
  /** One line. */
  readonly message: string
}

/**
 * What may be shown of a failure, in one line. A message that PostgreSQL wrote may quote values of rows: it is
 * shown where its kind quotes none (`facts.reason`), and else stands in the log alone.
 */
export function publicMessage({ message, facts }: GateError): string {
  const { sqlstate, condition, reason, revision, file, line, column } = facts
  if (sqlstate === undefined) return message.split('\n', 1)[0] ?? ''
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  const where = place || (revision === undefined ? '' : `revision ${revision}`)
  const kind = [condition, `SQLSTATE ${sqlstate}`].filter((part) => part !== undefined).join(', ')
  const said = `${where && `${where}: `}${reason ?? 'PostgreSQL refused a statement'} (${kind})`
  return oneLine(reason === undefined ? `${said}; the log has PostgreSQL's own words` : said)
}

/** A failure as the journal keeps it: all of it, and what may be shown of it as its last line. */
export function journalError(failure: GateError): string {
  return `${failure.message}\n${failure.code}: ${publicMessage(failure)}`
}

/** What may be shown of {@link journalError}, by its last line; `null` where that is no such line. Pure. */
export function publicReason(line: string | null): PublicReason | null {
  const [, code = '', message = ''] = /^([A-Z]+(?:_[A-Z]+)*): (.*)$/.exec(line ?? '') ?? []
  return isFailureCode(code) ? { code, message } : null
}

function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(FAILURES, code)
}
