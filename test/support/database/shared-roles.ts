import { queryRows } from './query.ts'

/**
 * What the catalog and the fingerprint of a database hold of the whole server, as one text:
 * memberships of roles, and settings. Tests of other databases change it meanwhile.
 */
export async function sharedRoles(url: string): Promise<string> {
  const rows = await queryRows(
    url,
    `select m.xmin || m::text as line from pg_auth_members m
     union all select s.xmin || s::text from pg_db_role_setting s order by line`,
  )
  return JSON.stringify(rows)
}

/** Runs it again where it fails and others have changed that meanwhile, three times at most. */
export async function unlessRolesChange<T>(
  url: string,
  run: () => Promise<T>,
  runs = 3,
): Promise<T> {
  const before = await sharedRoles(url)
  try {
    return await run()
  } catch (error) {
    if (runs === 1 || (await sharedRoles(url)) === before) throw error
    console.error('run again, for roles of the server were changed meanwhile:', error)
    return unlessRolesChange(url, run, runs - 1)
  }
}
