import type { GateError } from '../../errors/error.ts'
import type { Parsed } from '../../revisions/sql/parser.ts'
import { type ImportSource, importInvalid } from './invalid.ts'

/** What else comes out of Alembic, by the line that the parser stumbles over. */
const OTHER_OUTPUT: readonly { mark: RegExp; found: string; remedy: string }[] = [
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
]

/** Says of a text that PostgreSQL's parser refuses what it is instead, where that is known. */
export function notSql(
  source: ImportSource,
  { at, message }: Extract<Parsed, { kind: 'error' }>,
): GateError {
  const lines = source.text.split('\n')
  const line = lines[at.line - 1] ?? ''
  for (const { mark, found, remedy } of OTHER_OUTPUT) {
    if (!mark.test(line)) continue
    return importInvalid({ source, line: at.line, found: `${found}: ${line.trim()}`, remedy })
  }
  const remedy = 'give what `alembic upgrade head --sql` writes for PostgreSQL, unchanged'
  return importInvalid({ source, line: at.line, found: `${message}: ${line.trim()}`, remedy })
}
