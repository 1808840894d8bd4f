import type { GateError } from '../../../errors/error.ts'
import type { Parsed } from '../../../revisions/sql/parser.ts'
import { type ImportSource, importInvalid, OTHER_WAYS } from '../../import-invalid.ts'
import { STEP_LINE } from './stream.ts'

interface OtherOutput {
  readonly mark: RegExp
  readonly found: string
  readonly remedy: string
  readonly hint?: string
}

const UNFILLED: OtherOutput = {
  mark: /%\(\w+\)s|%s|(?<![:\w]):[A-Za-z_]\w*/,
  found: 'Alembic left a parameter open, which offline it cannot fill in',
  remedy: 'take another way for this project',
  hint: `Nothing was written. Either ${OTHER_WAYS}.`,
}

/** What else comes out of Alembic, by the line that the parser stumbles over. */
const OTHER_OUTPUT: readonly OtherOutput[] = [
  {
    mark: /^\s*FAILED: /,
    found: 'Alembic failed',
    remedy: 'fix that, and give its whole SQL',
  },
  {
    mark: /^(?:DEBUG|INFO|WARN\w*|ERROR|CRIT\w*)\s+\[[\w.]+\]/,
    found: "a line of Alembic's log stands in the SQL",
    remedy: 'leave `2>&1` out: the log goes to standard error',
  },
  {
    mark: /^Traceback \(most recent call last\)/,
    found: "Python's account of a failure stands in the SQL",
    remedy: 'fix what it names, and give the whole SQL',
  },
  UNFILLED,
]

/** Says of a text that PostgreSQL's parser refuses what it is instead, where that is known. */
export function notSql(
  source: ImportSource,
  { at, message }: Extract<Parsed, { kind: 'error' }>,
): GateError {
  const line = source.text.split('\n')[at.line - 1] ?? ''
  for (const { mark, found, ...rest } of OTHER_OUTPUT) {
    if (!mark.test(line)) continue
    return importInvalid({ source, line: at.line, found: `${found}: ${line.trim()}`, ...rest })
  }
  const remedy = 'give what `alembic upgrade head --sql` writes for PostgreSQL, unchanged'
  return importInvalid({ source, line: at.line, found: `${message}: ${line.trim()}`, remedy })
}

/** Where Alembic's SQL begins. */
const OPENING = new RegExp(`^(?:BEGIN;|CREATE TABLE )|${STEP_LINE.source}`, 'm')

interface Unprinted {
  readonly source: ImportSource
  /** The lines that were passed over. */
  readonly printed: readonly string[]
}

/**
 * Without what env.py prints above the SQL; lines keep their numbers. What looks like SQL stays, to be
 * refused in its place, as does a log.
 */
export function withoutPrinted(source: ImportSource): Unprinted {
  const end = OPENING.exec(source.text)?.index ?? 0
  const lines = source.text.slice(0, end).split('\n')
  const isOutput = (line: string) => OTHER_OUTPUT.some(({ mark }) => mark.test(line))
  const isPrinted = (line: string) => !/^\s*(?:--|$)|;\s*$/.test(line) && !isOutput(line)
  const printed = lines.filter(isPrinted)
  if (printed.length === 0) return { source, printed }
  const kept = lines.map((line) => (isPrinted(line) ? '' : line)).join('\n')
  return { source: { ...source, text: kept + source.text.slice(end) }, printed }
}
