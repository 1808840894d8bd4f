import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { recordSteps } from '../base/steps.ts'
import type { Config } from '../config/config.ts'
import { DEFAULT_MIGRATIONS } from '../config/gate-variables.ts'
import { GateError } from '../errors/error.ts'
import { ALEMBIC_WAYS } from '../formats/alembic/ways.ts'
import { codeFolderAt } from '../formats/code-folders.ts'
import { type FoundHistory, findHistories, placed } from '../formats/find-histories.ts'
import { formatAt, formatOf, tableNames } from '../formats/formats.ts'
import { formatOfTool } from '../formats/known-tools.ts'
import type { Session } from '../postgres/session/session.ts'
import { readRunOrder } from '../store/journal-queries.ts'
import type { RunContext } from './resources.ts'
import { withUsableServer } from './wait-step.ts'

/** What is said in addition, and what to do. */
interface Explanation {
  readonly found: string
  readonly hint: string
}

/**
 * A failure to read the folder, with what else is seen: a folder of migrations next to it, one of another
 * tool's code, or the history that the database has. `asks`: whether the command works with a database.
 */
export async function explainFolder(
  context: RunContext,
  failure: GateError,
  asks: boolean,
): Promise<GateError> {
  const { migrations, format } = context.config
  const isAbsent = failure.code === 'REVISION_DIRECTORY'
  if (!isAbsent && (format !== 'pgate' || formatOrNone(migrations) === 'pgate')) return failure
  const explanation =
    ignoringFiles(() => nearby(migrations) ?? code(migrations)) ??
    (asks && isAbsent ? await ofDatabase(context) : undefined)
  if (explanation === undefined) {
    // Where nobody has named a folder, there may be none yet.
    return isAbsent && migrations === DEFAULT_MIGRATIONS ? withBeginning(failure) : failure
  }
  const { code: name, message, facts, cause } = failure
  const { found, hint } = explanation
  return new GateError(name, `${message}; ${found}`, { facts, hint, cause })
}

function withBeginning({ code: name, message, facts, cause, hint }: GateError): GateError {
  return new GateError(name, message, {
    ...{ facts, cause },
    hint: `${hint} To begin one: pgate init`,
  })
}

/** What cannot be looked at explains nothing. */
function ignoringFiles<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return undefined
    throw error
  }
}

/** Where a folder of migrations is that was meant: one or two steps down or up, or next to one that is missing. */
function nearby(directory: string): Explanation | undefined {
  const above = join(directory, '..')
  const isThere = existsSync(directory)
  const isAnybodys = ['/', '/tmp'].includes(resolve(above))
  const below = isThere || isAnybodys ? foldersBelow(directory) : foldersBelow(above)
  const lower = [...below, ...below.flatMap(foldersBelow)]
  const upper = isThere ? [above, join(above, '..')].filter(isTools) : []
  const [path, other] = [...lower.filter((one) => formatOrNone(one) !== undefined), ...upper]
  if (path === undefined) return undefined
  const format = formatOrNone(path) ?? 'auto'
  const whose = format === 'auto' ? 'a folder of migrations' : `a folder of ${format}`
  const also = other === undefined || upper.includes(path) ? '' : `, and ${other} another`
  return { found: `${path} is ${whose}${also}`, hint: `Set PGATE_MIGRATIONS=${path}` }
}

/** A folder above is meant where it is certainly another tool's. */
function isTools(directory: string): boolean {
  return !['auto', 'pgate', undefined].includes(formatOrNone(directory))
}

function formatOrNone(directory: string): Config['format'] | undefined {
  return ignoringFiles(() => formatAt(directory))
}

/** How many folders are looked into. */
const MOST_FOLDERS = 100

function foldersBelow(directory: string): readonly string[] {
  const entries = ignoringFiles(() => readdirSync(directory, { withFileTypes: true })) ?? []
  return entries
    .filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name))
    .slice(0, MOST_FOLDERS)
    .map(({ name }) => join(directory, name))
}

function code(directory: string): Explanation | undefined {
  const found = codeFolderAt(directory)
  return found && around(`its files are code of ${found.tool}`, found.command)
}

function around(found: string, command: string): Explanation {
  return { found, hint: `Let that tool migrate, with the gate around it: pgate -- ${command}` }
}

/** That the folder is wrong is to be said soon. */
const PATIENCE_MS = 3000

/** What comes of it is said with the failure alone: that is no step of the run. */
async function ofDatabase(context: RunContext): Promise<Explanation | undefined> {
  const { config, log } = context
  if (config.connection === undefined && context.embedded === undefined) return undefined
  const waitTimeoutMs = Math.min(PATIENCE_MS, config.waitTimeoutMs)
  const steps = recordSteps(context.clock, { started: () => {}, ended: () => {} })
  const quiet = { ...log, info: log.debug, warn: log.debug }
  const aside = { ...context, steps, log: quiet, config: { ...config, waitTimeoutMs } }
  try {
    return await withUsableServer(aside, { needs: 'read' }, async (session) => {
      const [first] = await findHistories(session)
      if (first?.known.tool !== 'Alembic') return first && ofHistory(first)
      const heads = await headsOf(session, config, first)
      // The versions of pgate itself stand in a table like Alembic's.
      const own = (await readRunOrder(session, tableNames(config))) ?? []
      return own.length > 0 ? ofPgate(first, heads) : ofAlembic(first, heads)
    })
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    log.debug('folder.unexplained', error.message, { code: error.code })
    return undefined
  }
}

function headsOf(session: Session, config: Config, { schema, name }: FoundHistory) {
  const place = { ...config, versionSchema: schema, versionTable: name }
  return formatOf({ format: 'alembic' }).history(place).read(session)
}

function ofPgate(history: FoundHistory, heads: ReadonlySet<string>): Explanation {
  return {
    found: `pgate has migrated the database: ${history.schema}.${history.name} is${at(heads)}`,
    hint: 'Set PGATE_MIGRATIONS to the folder of its revisions: a mount or a COPY that is missing looks like this.',
  }
}

function at(heads: ReadonlySet<string>): string {
  return heads.size === 0 ? ' empty' : ` at ${[...heads].sort().join(', ')}`
}

/** Whose folder is in another image, or whose revisions are to be pgate's own from now on. */
function ofAlembic(history: FoundHistory, heads: ReadonlySet<string>): Explanation {
  const where = heads.size === 0 ? '' : `,${at(heads)}`
  return { found: `the database has ${placed(history)}${where}`, hint: ALEMBIC_WAYS }
}

function ofHistory(history: FoundHistory): Explanation {
  const { known } = history
  const found = `the database has ${placed(history)}`
  if (formatOfTool(known) === undefined && known.command !== undefined) {
    return around(found, known.command)
  }
  return { found, hint: `Set PGATE_MIGRATIONS to the folder of ${known.tool}; pgate runs it.` }
}
