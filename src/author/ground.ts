import { type ObjectKind, parseKey } from '../catalog/object-key.ts'
import { catalogScope } from '../catalog/scope.ts'
import { difference } from '../diff/difference.ts'
import { readSchema } from '../diff/read-schema.ts'
import type { Schema } from '../diff/schema.ts'
import { sqlstateOf } from '../postgres/sql/sqlstate.ts'
import type { Throwaway } from './throwaway.ts'

/**
 * Makes the objects of these kinds that another schema has: models stand on them and cannot express them. What
 * needs more than those is left out; what the models lack then, they name themselves.
 */
export async function makeGround(
  { session, context }: Throwaway,
  from: Schema,
  kinds: readonly ObjectKind[],
): Promise<void> {
  const before = await readSchema(session, catalogScope(context.config, 'all'))
  const isGround = (key: string) => kinds.some((kind) => kind === parseKey(key)?.kind)
  const added = [...from.objects].filter(([key]) => isGround(key) && !before.objects.has(key))
  const objects = new Map([...before.objects, ...added])
  const needs = new Map([...from.needs, ...before.needs].filter(([key]) => objects.has(key)))
  const { statements } = difference(before, { objects, needs }, { renames: new Map() })
  await session.query('set check_function_bodies = off')
  // Outside a transaction it would be without effect, and a warning.
  for (const { sql } of statements.filter((one) => !one.sql.startsWith('SET LOCAL '))) {
    try {
      await session.query(sql)
    } catch (error) {
      if (sqlstateOf(error) === undefined) throw error
    }
  }
  await session.query('reset check_function_bodies')
}
