import type { Statement } from '../file/revision.ts'
import { parseStatements } from './parser.ts'

/** What CREATE INDEX CONCURRENTLY is to build. */
interface ConcurrentIndex {
  readonly name: string
  /** Absent: found by the search path. */
  readonly schema?: string
  readonly table: string
  readonly ifNotExists: boolean
}

/**
 * The index that a CREATE INDEX CONCURRENTLY names; undefined for every other statement, and for
 * one that leaves the name to PostgreSQL.
 */
export async function concurrentIndex(
  statement: Pick<Statement, 'text' | 'node'>,
): Promise<ConcurrentIndex | undefined> {
  if (statement.node !== 'IndexStmt') return undefined
  const parsed = await parseStatements(statement.text)
  const node = parsed.kind === 'statements' ? parsed.statements[0]?.node : undefined
  if (node === undefined || !('IndexStmt' in node)) return undefined
  const { concurrent, idxname: name, relation, if_not_exists: ifNotExists } = node.IndexStmt
  const table = relation?.relname
  if (concurrent !== true || name === undefined || table === undefined) return undefined
  const schema = relation?.schemaname === undefined ? {} : { schema: relation.schemaname }
  return { name, table, ifNotExists: ifNotExists === true, ...schema }
}
