import type { Config } from '../../config/config.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import type { FoundHistory } from '../../formats/find-histories.ts'
import type { FormatName } from '../../formats/format.ts'
import { tableNames } from '../../formats/formats.ts'
import type { Session } from '../../postgres/session/session.ts'

/**
 * Refuses to begin a history where the database has that of another tool: every file would be run on
 * tables that are there. PGATE_VERSION_TABLE says that another one is meant. For a database that lacks
 * the folder's own table.
 * @throws {GateError} HISTORY_ELSEWHERE
 */
export async function refuseOtherHistory(
  { config }: Pick<StepContext, 'config'>,
  session: Session,
): Promise<void> {
  if (config.isVersionTableSet === true) return
  const [{ findHistories, placed }, { formatOfTool }] = await Promise.all([
    import('../../formats/find-histories.ts'),
    import('../../formats/known-tools.ts'),
  ])
  const { history } = tableNames(config)
  // Another gate may have made it since this one looked.
  const isOwn = ({ schema, name }: FoundHistory) =>
    schema === history.schema && name === config.versionTable
  const isHere = ({ schema }: FoundHistory) =>
    config.isSchemaSet !== true || schema === history.schema
  const all = await findHistories(session)
  const [found] = all.filter((one) => isHere(one) && !isOwn(one))
  if (found === undefined) return
  throw new GateError(
    'HISTORY_ELSEWHERE',
    `there is no ${history.table}, and the database has ${placed(found)}: nothing says that the files of ${config.migrations} are new to it`,
    {
      facts: { versions: history.table, history: placed(found) },
      hint: waysOut({ ...config, schema: history.schema }, found, formatOfTool(found.known)),
    },
  )
}

/**
 * Reads the folder's history; where its table is another tool's of the same name, says whose.
 * @throws {GateError} HISTORY_ELSEWHERE; else as `read`
 */
export async function readOwnHistory<T>(
  { config }: Pick<StepContext, 'config'>,
  session: Session,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof GateError && error.code === 'HISTORY_TABLE')) throw error
    const [{ findHistories, placed }, { formatOfTool }] = await Promise.all([
      import('../../formats/find-histories.ts'),
      import('../../formats/known-tools.ts'),
    ])
    const { history } = tableNames(config)
    const found = (await findHistories(session)).find(
      ({ schema, name }) => schema === history.schema && name === config.versionTable,
    )
    const theirs = found && formatOfTool(found.known)
    // Alembic's table is the one that pgate's own files keep, too.
    const isOwn = config.format === 'pgate' && found?.known.tool === 'Alembic'
    if (found === undefined || isOwn || theirs === config.format) throw error
    throw new GateError(
      'HISTORY_ELSEWHERE',
      `${placed(found)} is not the table of ${config.format}, whose folder ${config.migrations} is`,
      {
        facts: { versions: history.table, history: placed(found) },
        hint: waysOut({ ...config, versionTable: `${config.format}_migrations` }, found, theirs),
        cause: error,
      },
    )
  }
}

/** `theirs`: the word of the tool whose history was found, where pgate reads its folders. */
function waysOut(
  { format, versionTable, versionSchema, schema: own }: Config,
  { known, schema, name }: FoundHistory,
  theirs: FormatName | undefined,
): string {
  const ours = versionSchema === undefined ? versionTable : `${versionSchema}.${versionTable}`
  const other = theirs === undefined ? `pgate -- ${known.command}` : `PGATE_FORMAT=${theirs}`
  const table = schema === own ? name : `${schema}.${name}`
  const theirOwn = theirs === format ? `PGATE_VERSION_TABLE=${table}` : other
  return `If that is the history of these files: ${theirOwn}; if they were imported from it: pgate stamp head; to begin a history next to it: PGATE_VERSION_TABLE=${ours}. Nothing was run.`
}
