import type { Fault } from '../file/faults.ts'
import type { Revision, SqlBody } from '../file/revision.ts'
import { PSQL_VARIABLE } from './psql-only.ts'
import { readSection } from './split.ts'

const META_COMMAND = /(?:^|[ \t;])\\(?:[A-Za-z]\w*\+?|[.!?])/m
const CLIENT_COPY = /\bstd(?:in|out)\b/i
const TRANSACTION_CONTROL =
  /\b(?:begin|commit|rollback|abort|start[ \t]+transaction|prepare[ \t]+transaction|set[ \t]+(?:local[ \t]+)?transaction)\b|^[ \t]*end[ \t]*(?:;|work|transaction)/im

const CANDIDATES = [META_COMMAND, PSQL_VARIABLE, CLIENT_COPY, TRANSACTION_CONTROL]

/**
 * What a section holds that psql understands and PostgreSQL, asked by pgate, does not, transaction
 * control that a revision cannot have, and batch lines that mean nothing.
 *
 * A cheap look comes first; only where it finds something is the parser loaded, to distinguish SQL from
 * what stands in a string or a comment. A plain syntax error is no fault here: running the
 * section reports it.
 */
export async function unsupportedIn(
  body: SqlBody,
  { file, transaction }: Pick<Revision, 'file' | 'transaction'>,
): Promise<readonly Fault[]> {
  const isCandidate = CANDIDATES.some((candidate) => candidate.test(body.text))
  if (!isCandidate && body.hasBatches !== true) return []
  const section = await readSection(body, body.transaction ?? transaction)
  return section.kind === 'faults'
    ? section.faults.map((fault) => ({ ...fault, file: body.file ?? file }))
    : []
}
