import { GateError } from '../../../errors/error.ts'

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
}

/** IMPORT_INVALID, as `source:line: what was found; what to do`. */
export function importInvalid({ source, line, found, remedy }: ImportProblem): GateError {
  const place = line === undefined ? source.name : `${source.name}:${line}`
  return new GateError('IMPORT_INVALID', `${place}: ${found}; ${remedy}`, {
    facts: { source: source.name, line: line ?? null, found },
    hint: `Fix what ${place} shows and run the import again; no file was written.`,
  })
}
