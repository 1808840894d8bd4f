import { parseDuration } from '../../base/duration.ts'
import { MOST_ROWS } from '../../config/values.ts'
import { qualifiedName } from '../../postgres/sql/identifier.ts'
import type { FaultInFile } from './faults.ts'
import type { Batch } from './revision.ts'

/** What one line says by itself. */
export type BatchLine = Pick<Batch, 'table' | 'by' | 'rows' | 'pauseMs'>

/** A line `-- pgate: batch …`, whatever follows. */
export const BATCH_LINE = /^[^\S\n]*--[^\S\n]*pgate[^\S\n]*:[^\S\n]*batch\b/im

/** How one is written. */
export const BATCH_SYNTAX = '-- pgate: batch <table> [by <columns>], <n> rows[, pause <duration>]'

const LONGEST_PAUSE_MS = 3_600_000

const NAME = String.raw`(?:"(?:[^"\n]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`
const NAMES = String.raw`${NAME}(?:\s*,\s*${NAME})*`
const WHOLE = new RegExp(
  String.raw`^\s*--\s*pgate\s*:\s*batch\s+(${NAME}(?:\s*\.\s*${NAME})?)(?:\s+by(?:\s+(${NAMES})|\s*\(\s*(${NAMES})\s*\)))?\s*,\s*(\d[\d_]*)\s+rows?(?:\s*,\s*pause\s+(\S+))?\s*$`,
  'iu',
)

/** Reads one such line; what is wrong with it is a fault, without its place. Pure. */
export function readBatchLine(line: string): BatchLine | Pick<FaultInFile, 'message' | 'remedy'> {
  const match = WHOLE.exec(line)
  if (match === null) return { message: 'a batch line that cannot be read', remedy: WRITE }
  const [, table = '', plain, bracketed, digits = '', pause = '0ms'] = match
  const rows = Number(digits.replaceAll('_', ''))
  if (rows < 1 || rows > MOST_ROWS) {
    const message = `a batch of ${digits} rows`
    return { message, remedy: 'write from 1 to 1_000_000 rows; some thousands are usual' }
  }
  const pauseMs = parseDuration(pause)
  if (pauseMs === undefined || pauseMs > LONGEST_PAUSE_MS) {
    const message = `a batch line with a pause of ${pause}`
    return { message, remedy: 'write a duration up to 1h, such as 100ms or 2s' }
  }
  const columns = plain ?? bracketed
  const by = columns === undefined ? {} : { by: namesIn(columns) }
  return { table: qualifiedName(...namesIn(table)), ...by, rows, pauseMs }
}

const WRITE = `write \`${BATCH_SYNTAX}\`, such as \`-- pgate: batch users by id, 5000 rows, pause 100ms\``

/** Folded as SQL folds them. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(new RegExp(NAME, 'gu'))].map(([name]) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
  )
}
