import type { Config } from '../../config/config.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { loadTheirFolder, tableNames } from '../../formats/formats.ts'
import type { Session } from '../../postgres/session/session.ts'
import { describeVersions } from '../../revisions/graph/named.ts'
import { upgradePlan } from '../../revisions/target/plan.ts'
import { relativeSteps } from '../../revisions/target/target.ts'
import { versionSchemaOf } from '../../store/tables.ts'

/** What of a migrator's own folder a database has not. */
export interface Unreached {
  /** The history table, quoted and qualified. */
  readonly table: string
  readonly rows: ReadonlySet<string>
  readonly missing: readonly string[]
}

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
  const found = await unreached(context, session)
  if (found === undefined || found.missing.length === 0) return
  throw behind(found, name, context.config.migrations)
}

/** Undefined where that is not known, which is said. */
export async function unreached(
  { config, log }: StepContext,
  session: Session,
): Promise<Unreached | undefined> {
  const { graph, fault } = await loadTheirFolder(config)
  if (fault !== undefined) {
    const message = `${config.migrations} cannot be read, so that the program's exit code is believed: ${fault.message}`
    log.warn('migrator.unread', message, { code: fault.code })
  }
  if (graph === undefined || relativeSteps(config.target) !== undefined) return undefined
  const place = await historyPlace(config, session)
  if (place === undefined) {
    const message = `${config.versionTable} is in several schemas, and not in ${versionSchemaOf(config)}: whether the heads are reached is not known; name it in PGATE_VERSION_TABLE, as in app.${config.versionTable}`
    log.warn('migrator.unseen', message, { table: config.versionTable })
    return undefined
  }
  const { history, versions: table } = tableNames(place)
  const rows = await history.read(session)
  const unknown = graph.rules.rows === 'heads' && [...rows].some((id) => !graph.revisions.has(id))
  if (unknown && config.ahead === 'allow') return undefined
  // What several heads mean the program decides.
  const target = config.target === 'head' ? 'heads' : config.target
  // What runs again whenever its text changes may have another text to the tool, which knows its placeholders.
  const { repeats = () => undefined } = graph.rules
  const ran = new Set([...rows].flatMap((row) => repeats(row) ?? []))
  const missing = upgradePlan(graph, rows, target).map(({ id }) => id)
  return { table, rows, missing: missing.filter((id) => !ran.has(repeats(id) ?? '')) }
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

function behind({ table, rows, missing }: Unreached, name: string, folder: string): GateError {
  const shown = `${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}`
  const at = rows.size === 0 ? 'has no row' : `is at ${describeVersions(rows)}`
  return new GateError(
    'MIGRATOR_BEHIND',
    `${name} ended with 0, and ${table} ${at}: ${shown} of ${folder} not applied`,
    { facts: { migrator: name, missing: missing.slice(0, 50), count: missing.length } },
  )
}
