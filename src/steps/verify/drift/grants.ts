import { type CatalogObjects, type Definition, parseKey } from '../../../catalog/object-key.ts'
import { MIGRATING_ROLE, MIGRATOR_KEY } from '../../../catalog/roles.sql.ts'

/** What is expected and what is there, with owners and grants so that the two can be compared. */
interface Settled {
  readonly expected: CatalogObjects
  readonly live: CatalogObjects
}

/**
 * Roles as the live database has them. A role that a revision names may be the migrating role there:
 * what is owned by it or granted to it needs no row. An owner that acts for the migrating role is as
 * good as it, and one who made what no revision makes is nobody's business; so are settings and
 * memberships that no revision made, since they are the cluster's. Pure.
 * @see docs/decisions/0054-owners-and-grants.md
 */
export function settleRoles(expected: CatalogObjects, live: CatalogObjects): Settled {
  const migrator = String(live.get(MIGRATOR_KEY)?.name)
  const promised = new Map(
    [...expected].filter(([key, definition]) => !isMigrators(key, definition, migrator)),
  )
  const found = new Map(
    [...live].filter(
      ([key, definition]) =>
        key !== MIGRATOR_KEY && (promised.has(key) || isComparable(key, definition, promised)),
    ),
  )
  fillOwners(promised, found)
  fillOwners(found, promised)
  return { expected: promised, live: found }
}

/** What of a throwaway database's catalog its revisions have made. Pure. */
export function ofRevisions(objects: CatalogObjects): CatalogObjects {
  return new Map(
    [...objects]
      .filter(([key, { recent }]) => key !== MIGRATOR_KEY && (!isClusters(key) || recent === true))
      .map(([key, { recent: _, ...definition }]) => [key, definition]),
  )
}

function isMigrators(key: string, { role }: Definition, migrator: string): boolean {
  const kind = parseKey(key)?.kind
  if (kind === 'owner of') return role === migrator
  return (
    kind === 'grant' &&
    [`to ${migrator}`, `to ${migrator} with grant option`].some((end) => key.endsWith(` ${end}`))
  )
}

/** Settings of roles and memberships: they are the whole server's, and anybody's who works on it. */
export function isClusters(key: string): boolean {
  return key.startsWith('setting ') || key.startsWith('grant role ')
}

/** Schemas and what a superuser alone can make are often made beforehand, by the server's administrator. */
const MADE_BY_OTHERS = /^(?:schema|publication|event trigger|server) /

function isComparable(key: string, { related }: Definition, promised: CatalogObjects): boolean {
  if (isClusters(key)) return false
  const { kind, name = '' } = parseKey(key) ?? {}
  if (kind !== 'owner of') return true
  return related !== true && promised.has(name) && !MADE_BY_OTHERS.test(name)
}

/** Where one side names an owner, the other's is the migrating role. */
function fillOwners(from: CatalogObjects, to: Map<string, Definition>): void {
  for (const key of from.keys()) {
    const { kind, name = '' } = parseKey(key) ?? {}
    if (kind === 'owner of' && !to.has(key) && to.has(name)) to.set(key, { role: MIGRATING_ROLE })
  }
}

/**
 * What is expected with a role that a revision names written as the migrating role, where the live
 * database's is that one. Only policies name roles in a list. Pure.
 */
export function withMigratingRole(expected: CatalogObjects, live: CatalogObjects): CatalogObjects {
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
