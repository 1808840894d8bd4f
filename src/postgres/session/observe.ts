import type { Session } from './session.ts'

const OWN_NAMES = "select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)"

/**
 * Asks what only reads, in one round trip. Whatever the role's search path, a name is PostgreSQL's own
 * there, so that the SQL need not qualify names and operators. Not inside a transaction, whose path
 * would be changed until its end.
 * @throws the server's or the socket's error, unchanged
 */
export async function observe<Row>(
  session: Pick<Session, 'pipeline'>,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const { results, failure } = await session.pipeline([{ text: OWN_NAMES }, { text, values }])
  if (failure !== undefined) throw failure.error
  return (results.at(-1)?.rows ?? []) as unknown as readonly Row[]
}
