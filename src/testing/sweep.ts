import { quoteIdentifier } from '../postgres/sql/identifier.ts'
import { INVALID_CATALOG_NAME, sqlstateOf } from '../postgres/sql/sqlstate.ts'
import { MAKING_LOCK, RUN_LOCK } from './locks.ts'
import type { TemplateKey } from './recipe.ts'
import type { Server } from './server.ts'

/** Of a folder's templates, how many of other contents are kept: a branch and back costs nothing. */
const KEPT_TEMPLATES = 2
/** And of all folders, some of which are gone by now. */
const KEPT_IN_ALL = 9

/** Somebody is connected to it, or it is being cloned at this moment. */
const OBJECT_IN_USE = '55006'

/** Drops the databases of runs that have ended without closing; one that somebody is connected to stays. */
export async function dropLeftovers(server: Server): Promise<void> {
  // In this order: a run takes its lock before it makes a database.
  const found = await server.query<{ name: string; run: number }>(`
    select datname as name, ('x' || pg_catalog.substr(datname, 12, 8))::bit(32)::int as run
    from pg_catalog.pg_database as d
    where datname ~ '^pgate_test_[0-9a-f]{8}_' and pg_catalog.pg_has_role(datdba, 'usage')
      and not exists (select from pg_catalog.pg_stat_activity as a where a.datid = d.oid)`)
  if (found.length === 0) return
  const alive = await server.query<{ run: number }>(`
    select objid::bigint::int as run from pg_catalog.pg_locks
    where locktype = 'advisory' and classid = ${RUN_LOCK} and objsubid = 2 and granted`)
  const runs = new Set(alive.map(({ run }) => run))
  const over = found.filter(({ run }) => !runs.has(run))
  await alone(server, over)
}

/** Drops older templates but for the last {@link KEPT_TEMPLATES} of the folder, and {@link KEPT_IN_ALL} of all. */
export async function dropTemplates(server: Server, { folder }: TemplateKey): Promise<void> {
  const older = await server.query<{ name: string }>(
    `with templates as (
       select datname as name, oid from pg_catalog.pg_database
       where datname ~ '^pgate_template_[0-9a-f]{16}_' and pg_catalog.pg_has_role(datdba, 'usage'))
     (select name from templates where name like $1 order by oid desc offset ${KEPT_TEMPLATES})
     union (select name from templates order by oid desc offset ${KEPT_IN_ALL})`,
    [`pgate\\_template\\_${folder}\\_%`],
  )
  await alone(server, older)
}

/** Drops them one process after the other: two that change one database at once fail. */
async function alone(server: Server, databases: readonly { readonly name: string }[]) {
  if (databases.length === 0) return
  await server.query(`select pg_catalog.pg_advisory_lock(${MAKING_LOCK}, 0)`)
  try {
    for (const { name } of databases) await dropQuietly(server, name)
  } finally {
    await server.query(`select pg_catalog.pg_advisory_unlock(${MAKING_LOCK}, 0)`)
  }
}

/** Drops a database that nobody needs; where another run is just using or dropping it, that is as well. */
export async function dropQuietly(server: Server, name: string): Promise<void> {
  const quoted = quoteIdentifier(name)
  try {
    await server.query(`alter database ${quoted} with is_template false`)
    await server.query(`drop database ${quoted}`)
  } catch (error) {
    const state = sqlstateOf(error) ?? ''
    if (state !== OBJECT_IN_USE && state !== INVALID_CATALOG_NAME) throw error
  }
}
