import type { Definition } from '../catalog/definition.ts'
import { parseKey } from '../catalog/object-key.ts'
import { MIGRATING_ROLE, MIGRATOR_KEY } from '../catalog/roles.sql.ts'

type Objects = ReadonlyMap<string, Definition>

/**
 * What is expected with a role that a revision names written as the migrating role, where the live
 * database's is that one. Only policies name roles in a list. Pure.
 */
export function withMigratingRole(expected: Objects, live: Objects): Objects {
  const migrator = live.get(MIGRATOR_KEY)?.name
  return new Map(
    [...expected].map(([key, definition]) => {
      const { roles } = definition
      if (parseKey(key)?.kind !== 'policy' || !Array.isArray(roles)) return [key, definition]
      const named = roles.map((role) => (role === migrator ? MIGRATING_ROLE : role))
      return [key, { ...definition, roles: named.toSorted() }]
    }),
  )
}
