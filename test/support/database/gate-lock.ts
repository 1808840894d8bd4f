/**
 * The key of the gate's advisory lock as an operator would write it, for the version table of a
 * schema: written out, so that a change of the key is seen.
 * @example `select pg_advisory_lock(${gateLockKey()})`
 */
export function gateLockKey(schema = 'public'): string {
  return `hashtextextended('pgate "${schema}"."alembic_version"', 0)`
}
