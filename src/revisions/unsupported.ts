import { refusedStatement } from './classify.ts'
import type { Fault, FaultInFile } from './faults.ts'
import { type Parsed, parseStatements } from './parser.ts'
import type { SqlBody } from './revision.ts'

const META_COMMAND = /(?:^|[ \t;])\\([A-Za-z]\w*\+?|[.!?])/m
const VARIABLE = /(?:^|[\s(,=<>+*/|-]):(?=['"{]?[A-Za-z_])(['"{?]*\w+['"}]?)/m
const CLIENT_COPY = /\bstd(?:in|out)\b/i
const TRANSACTION_CONTROL =
  /^[ \t]*(?:begin[ \t]*;|begin[ \t]+(?:work|transaction|isolation|read|not|deferrable)\b|commit\b|rollback\b|abort\b|start[ \t]+transaction\b|prepare[ \t]+transaction\b)/im

const CANDIDATES = [META_COMMAND, VARIABLE, CLIENT_COPY, TRANSACTION_CONTROL]

/**
 * What a section holds that psql understands and PostgreSQL, asked by pgate, does not: COPY data,
 * meta-commands, variables; and transaction control, which is pgate's own.
 *
 * A cheap look comes first; only where it finds something is the parser loaded, to tell SQL from
 * what stands in a string or a comment. A plain syntax error is no fault here: whoever runs the
 * section reports it.
 */
export async function unsupportedIn(body: SqlBody, file: string): Promise<readonly Fault[]> {
  if (!CANDIDATES.some((candidate) => candidate.test(body.text))) return []
  const parsed = await parseStatements(body.text)
  const found =
    parsed.kind === 'error' ? await behindError(body.text, parsed.at.line) : refusedIn(parsed)
  return found.map((fault) => ({
    ...fault,
    file,
    line: fault.line === null ? null : body.line + fault.line - 1,
  }))
}

function refusedIn({ statements }: Extract<Parsed, { kind: 'statements' }>): FaultInFile[] {
  return statements.flatMap(({ node, at: { line } }) => {
    const refused = refusedStatement(node)
    return refused === undefined ? [] : [unsupported(line, refused.found, refused.remedy)]
  })
}

/**
 * Neither `\` nor `:name` can be part of any statement, so that the parser stops at the very line.
 * The data of a COPY it takes for SQL and stops in the midst of it: what stands above the error's
 * line is then sound, and holds the COPY.
 */
async function behindError(text: string, errorLine: number): Promise<readonly FaultInFile[]> {
  const lines = text.split('\n')
  const above = lines.slice(0, errorLine - 1).join('\n')
  if (CLIENT_COPY.test(above)) {
    const parsed = await parseStatements(above)
    const refused = parsed.kind === 'statements' ? refusedIn(parsed) : []
    if (refused.length > 0) return refused
  }
  const line = lines[errorLine - 1] ?? ''
  const [, command] = META_COMMAND.exec(line) ?? []
  if (command !== undefined) {
    return [unsupported(errorLine, `psql meta-command \\${command}`, metaRemedy(command))]
  }
  const [, variable] = VARIABLE.exec(line) ?? []
  if (variable === undefined) return []
  return [unsupported(errorLine, `psql variable :${variable}`, 'write the value in its place')]
}

function unsupported(line: number, found: string, remedy: string): FaultInFile {
  return { code: 'REVISION_UNSUPPORTED', line, message: found, remedy }
}

function metaRemedy(command: string): string {
  if (/^(?:i|ir|include|include_relative)$/.test(command)) return 'put the SQL of that file here'
  if (/^(?:set|gset|unset|prompt)$/.test(command)) return 'write the value where it is used'
  if (/^(?:c|connect)$/.test(command)) return 'take it out; a revision runs in one database'
  if (/^(?:copy|\.)$/.test(command)) return 'write the rows as INSERT (pg_dump --inserts does)'
  if (/^(?:un)?restrict$/.test(command)) return 'take it out; pg_dump writes it for psql alone'
  return 'take it out; it is for psql, not for PostgreSQL'
}
