import { GateError } from '../errors/error.ts'
import { decodeText } from '../revisions/file/decode.ts'

/** A file's bytes, and what it is called in messages. */
export interface ImportInput {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A text that is imported, and what it is called in messages. */
export interface ImportSource {
  /** A file as it was given, or `standard input`. */
  readonly name: string
  readonly text: string
}

/** What is wrong with a text, and what to do about it. */
export interface ImportProblem {
  readonly source: Pick<ImportSource, 'name'>
  /** 1-based; absent where no line is to blame. */
  readonly line?: number
  readonly found: string
  /** In the imperative. */
  readonly remedy: string
  /** Where more is to be done than to change the line. */
  readonly hint?: string
}

/** Two ways that take every revision, also what offline SQL cannot express. */
export const OTHER_WAYS =
  'let Alembic run inside the gate: pgate -- alembic upgrade head; or record a real run on an empty database: pgate import alembic --record > record.py, python3 record.py > up.sql, pgate import alembic --upgrade up.sql'

/** IMPORT_INVALID, as `source:line: what was found; what to do`. */
export function importInvalid({ source, line, found, remedy, hint }: ImportProblem): GateError {
  const place = line === undefined ? source.name : `${source.name}:${line}`
  return new GateError('IMPORT_INVALID', `${place}: ${found}; ${remedy}`, {
    facts: { source: source.name, line: line ?? null, found },
    hint: hint ?? `Fix what ${place} shows and run the import again; no file was written.`,
  })
}

/** The text of an input. @throws {GateError} IMPORT_INVALID where it is none */
export function textOf({ name, bytes }: ImportInput): ImportSource {
  const decoded = decodeText(bytes)
  if (decoded.kind === 'text') return { name, text: decoded.text }
  const { line, message, remedy } = decoded.fault
  throw importInvalid({
    source: { name },
    ...(line === null ? {} : { line }),
    found: message,
    remedy,
  })
}
