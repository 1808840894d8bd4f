import type { Config } from '../../config/config.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { loadFolder, tableNames } from '../../formats/formats.ts'
import type { Session } from '../../postgres/session/session.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { describeVersions } from '../../revisions/graph/named.ts'
import { upgradePlan } from '../../revisions/target/plan.ts'
import { relativeSteps } from '../../revisions/target/target.ts'
import { versionSchemaOf } from '../../store/tables.ts'

/**
 * Where pgate can read the migrator's own folder: whether its heads are reached, whatever the program
 * said at its end.
 * @throws {GateError} MIGRATOR_BEHIND
 */
export async function checkReached(
  context: StepContext,
  session: Session,
  name: string,
): Promise<void> {
  const { config, log } = context
  // A folder that nobody recognises counts as pgate's own: with another program it is not.
  if (config.format === 'pgate' || relativeSteps(config.target) !== undefined) return
  const graph = await readFolder(context)
  if (graph === undefined) return
  const place = await historyPlace(config, session)
  if (place === undefined) {
    const message = `${config.versionTable} is in several schemas, and not in ${versionSchemaOf(config)}: whether ${name} has reached the heads is not known; name it in PGATE_VERSION_TABLE, as in app.${config.versionTable}`
    return log.warn('migrator.unseen', message, { migrator: name })
  }
  const { history, versions: table } = tableNames(place)
  const rows = await history.read(session)
  const unknown = graph.rules.rows === 'heads' && [...rows].some((id) => !graph.revisions.has(id))
  if (unknown && config.ahead === 'allow') return
  // What several heads mean the program decides.
  const target = config.target === 'head' ? 'heads' : config.target
  const missing = upgradePlan(graph, rows, target).map(({ id }) => id)
  if (missing.length === 0) return
  throw behind({ name, table, rows, missing, folder: config.migrations })
}

/** Undefined where the files are more than pgate can read: their program knows better. */
async function readFolder({ config, log }: StepContext): Promise<RevisionGraph | undefined> {
  try {
    return await loadFolder(config)
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    const message = `${config.migrations} cannot be read, so that the program's exit code is believed: ${error.message}`
    log.warn('migrator.unread', message, { code: error.code })
    return undefined
  }
}

/** Undefined where the table is in several other schemas: which is meant the program's own settings say. */
async function historyPlace(config: Config, session: Session): Promise<Config | undefined> {
  const { rows } = await session.query<{ schema: string }>(
    `select n.nspname::pg_catalog.text as schema
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
      where c.relname operator(pg_catalog.=) $1::pg_catalog.name and c.relkind operator(pg_catalog.=) 'r'
        and not pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')`,
    [config.versionTable],
  )
  const schemas = rows.map(({ schema }) => schema)
  const usual = versionSchemaOf(config)
  const [versionSchema = usual, ...others] = schemas
  if (schemas.includes(usual)) return config
  return others.length === 0 ? { ...config, versionSchema } : undefined
}

interface Behind {
  readonly name: string
  readonly table: string
  readonly rows: ReadonlySet<string>
  readonly missing: readonly string[]
  readonly folder: string
}

function behind({ name, table, rows, missing, folder }: Behind): GateError {
  const shown = `${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}`
  const at = rows.size === 0 ? 'has no row' : `is at ${describeVersions(rows)}`
  return new GateError(
    'MIGRATOR_BEHIND',
    `${name} ended with 0, and ${table} ${at}: ${shown} of ${folder} not applied`,
    { facts: { migrator: name, missing: missing.slice(0, 50), count: missing.length } },
  )
}
