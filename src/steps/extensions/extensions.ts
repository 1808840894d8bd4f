import type { DeclaredExtension } from '../../config/config.ts'
import type { StepContext } from '../../config/context.ts'
import type { Session } from '../../postgres/session/session.ts'
import { quoteIdentifier } from '../../postgres/sql/identifier.ts'
import { type AppliedActions, runActions } from './apply.ts'
import { readExtensionState, readInstalled } from './catalog.ts'
import { unavailableError } from './failures.ts'
import { type ExtensionPlan, extensionPlan, planWithoutActions } from './plan.ts'
import type { InstalledExtension } from './state.ts'

export { INSTALLED_SQL, installedFrom, readInstalled } from './catalog.ts'
export type { ExtensionPlan, SkippedExtension } from './plan.ts'
export { type InstalledExtension, requiredExtensions } from './state.ts'

/**
 * What has to be created or updated so that every wanted extension is there and at its floor;
 * reads only. Where all is right, that is one query and a plan without actions; none where what is
 * `installed` is known already.
 * @throws {GateError} EXTENSION_UNAVAILABLE, EXTENSION_TOO_OLD: every problem at once
 */
export async function planExtensions(
  session: Session,
  wanted: readonly DeclaredExtension[],
  knownInstalled?: readonly InstalledExtension[],
): Promise<ExtensionPlan> {
  const installed = knownInstalled ?? (await readInstalled(session))
  const right = planWithoutActions(wanted, installed)
  if (right !== undefined) {
    const reach = await reachNotes(session, wanted, installed)
    return Object.freeze({ ...right, notes: [...right.notes, ...reach] })
  }
  const state = await readExtensionState(session, wanted, installed)
  const { actions, notes, skipped, problems } = extensionPlan(wanted, state)
  if (problems.length > 0) {
    throw unavailableError(problems, { offered: state.offered, ...session.server })
  }
  return Object.freeze({ actions, notes, skipped })
}

/**
 * Does what the plan says, with the role of `executor`: each action in a transaction of its own.
 * What another session did first counts as done.
 * @throws {GateError} EXTENSION_NOT_PERMITTED (all refusals at once, with what to run instead),
 *   EXTENSION_FAILED, CONNECTION_LOST, or the reason of the context's signal
 */
export async function applyExtensions(
  context: StepContext,
  executor: Session,
  plan: ExtensionPlan,
): Promise<AppliedActions> {
  return runActions(
    {
      context,
      session: executor,
      replan: async (action) => (await planExtensions(executor, [action.declared])).actions,
    },
    plan.actions,
  )
}

/** Where an unqualified name finds an extension's objects in any case. */
const ALWAYS_FOUND: ReadonlySet<string> = new Set(['pg_catalog', 'public'])

/**
 * Notes on declared extensions whose types and functions a revision will not find: their schema is
 * off the search_path, or closed to this role, and PostgreSQL then says that the type does not exist.
 * Asks the server only where one is in a schema of its own.
 */
async function reachNotes(
  session: Session,
  wanted: readonly DeclaredExtension[],
  installed: readonly InstalledExtension[],
): Promise<readonly string[]> {
  const names = new Set(wanted.map(({ name }) => name))
  const apart = installed.filter(({ name, schema }) => names.has(name) && !ALWAYS_FOUND.has(schema))
  if (apart.length === 0) return []
  const { rows } = await session.query<{ schema: string; isOpen: boolean; isOnPath: boolean }>(
    `select wanted.schema,
            pg_catalog.has_schema_privilege(wanted.schema, 'USAGE') as "isOpen",
            wanted.schema::pg_catalog.text operator(pg_catalog.=)
              any (pg_catalog.current_schemas(true)::pg_catalog.text[]) as "isOnPath"
       from pg_catalog.unnest($1::pg_catalog.text[]) as wanted (schema)`,
    [[...new Set(apart.map(({ schema }) => schema))]],
  )
  return apart.flatMap(({ name, schema }) => {
    const found = rows.find((row) => row.schema === schema)
    if (found === undefined) return []
    const quoted = quoteIdentifier(schema)
    if (!found.isOpen) {
      return [
        `${name} is in schema ${schema}, which this role may not use: as its owner run GRANT USAGE ON SCHEMA ${quoted} TO the role that pgate connects as, and to the application's`,
      ]
    }
    // Who declares the schema knows that its names are to be qualified.
    const isMeant = wanted.some((one) => one.name === name && one.schema !== undefined)
    return found.isOnPath || isMeant
      ? []
      : [
          `${name} is in schema ${schema}, which is not on the search_path: write ${quoted}. before its names, or ALTER ROLE CURRENT_USER SET search_path = public, ${quoted};`,
        ]
  })
}
