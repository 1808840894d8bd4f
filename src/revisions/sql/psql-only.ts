import type { FaultInFile } from '../file/faults.ts'

/** `:name`, which no statement can hold; in a string or a comment it is none. */
export const PSQL_VARIABLE = /(?:^|[\s(,=<>+*/|-]):(?=['"{]?[A-Za-z_])(['"{?]*\w+['"}]?)/m

/** A variable of psql's on a line that the parser stopped at: no statement can hold `:name`. */
export function variableFault(text: string, line: number): FaultInFile | undefined {
  const [, variable] = PSQL_VARIABLE.exec(text) ?? []
  if (variable === undefined) return undefined
  return unsupported(line, `psql variable :${variable}`, 'write the value in its place')
}

/** A command for psql, but for the two that pg_dump writes around all it writes. */
export function metaCommandFault(
  { command, isAlone }: { readonly command: string; readonly isAlone: boolean },
  line: number,
): FaultInFile | undefined {
  if (isAlone && /^(?:un)?restrict$/.test(command)) return undefined
  return unsupported(line, `psql meta-command \\${command}`, metaRemedy(command))
}

function unsupported(line: number, found: string, remedy: string): FaultInFile {
  return { code: 'REVISION_UNSUPPORTED', line, message: found, remedy }
}

function metaRemedy(command: string): string {
  if (/^(?:i|ir|include|include_relative)$/.test(command)) return 'put the SQL of that file here'
  if (/^(?:set|gset|unset|prompt)$/.test(command)) return 'write the value where it is used'
  if (/^(?:c|connect)$/.test(command)) return 'take it out; a revision runs in one database'
  if (command === 'copy') return 'write COPY … FROM stdin, and the rows below it'
  if (command === '.') return 'take it out; no COPY … FROM stdin stands above it'
  return 'take it out; it is for psql, not for PostgreSQL'
}
