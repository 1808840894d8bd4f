import { closeSync, existsSync, opendirSync, openSync, readdirSync, readSync } from 'node:fs'
import { isFolder, plainFileFault } from '../base/files.ts'
import type { Config } from '../config/config.ts'
import { GateError } from '../errors/error.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { namesOf, type TableNames, versionSchemaOf } from '../store/tables.ts'
import { alembic } from './alembic/alembic.ts'
import { dbmate } from './dbmate/dbmate.ts'
import { diesel } from './diesel/diesel.ts'
import { drizzle, drizzle1 } from './drizzle/drizzle.ts'
import { flyway } from './flyway/flyway.ts'
import type {
  FolderConfig,
  FolderGlimpse,
  FormatName,
  HistoryPlace,
  SourceFormat,
} from './format.ts'
import { golangMigrate } from './golang-migrate/golang-migrate.ts'
import { goose } from './goose/goose.ts'
import { pgate } from './pgate/pgate.ts'
import { prisma } from './prisma/prisma.ts'
import { sqlx } from './sqlx/sqlx.ts'

/** Each is looked at in this order; a folder that none recognises is pgate's own. */
const FORMATS: Readonly<Record<FormatName, SourceFormat>> = {
  prisma,
  drizzle,
  'drizzle-1': drizzle1,
  alembic,
  dbmate,
  diesel,
  flyway,
  'golang-migrate': golangMigrate,
  goose,
  sqlx,
  pgate,
}

type Formatted = Partial<Pick<Config, 'format'>>

/**
 * The configuration with `auto` settled by what the folder holds, and the table that goes with it. It
 * stays `auto` where the folder is like those of several tools: {@link candidatesOf}.
 */
export function withFormat(config: Config): Config {
  const format = config.format === 'auto' ? recognise(config.migrations) : config.format
  const own = formatOf({ format }).settings?.(config) ?? {}
  const { versionTable, versionSchema } =
    config.isVersionTableSet === true ? config : { ...tableOf(config, format), ...own }
  // Where another program keeps its versions is its own matter: they are shown, where they are there.
  const isNamed = config.migrateCommand !== undefined || config.versionSchema !== undefined
  return Object.freeze({
    ...config,
    format,
    versionTable,
    ...(own.schema !== undefined &&
      !config.isSchemaSet && { schema: own.schema, isSchemaSet: true }),
    ...withSchema(versionSchema ?? formatOf({ format }).versionSchema),
    ...(isNamed && { isSchemaSet: true }),
  })
}

/** PGATE_SCHEMA says nothing then of where the history is. */
function withSchema(versionSchema: string | undefined) {
  return versionSchema === undefined ? {} : { versionSchema, isSchemaSet: false }
}

/** By the tool's own variable, which may name the schema, too. */
function tableOf({ environment }: Pick<Config, 'environment'>, format: Config['format']) {
  const { versionTable: usual, tableVariable } = formatOf({ format })
  const named = tableVariable && environment?.variables[tableVariable]
  const [versionTable = usual, versionSchema] = (named || usual).split('.').toReversed()
  return { versionTable, versionSchema }
}

/** The names of the history table and of pgate's own. */
export function tableNames(
  config: Formatted & HistoryPlace & Pick<Config, 'journalSchema' | 'migrateCommand'>,
): TableNames {
  const place = { ...config, schema: versionSchemaOf(config) }
  const names = namesOf(config, formatOf(config).history(place))
  return config.migrateCommand === undefined ? names : Object.freeze({ ...names, isTheirs: true })
}

/**
 * Reads a migrations folder, in its tool's format, to a graph.
 * @throws {GateError} REVISION_*
 */
export async function loadFolder(
  config: Formatted &
    FolderConfig &
    Partial<Pick<Config, 'schema' | 'versionTable' | 'connection'>>,
): Promise<RevisionGraph> {
  const format = formatOf(config)
  const [{ loadRevisions }, reading] = await Promise.all([
    import('../revisions/file/load.ts'),
    format.reading(),
  ])
  const { migrations, environment, schema, versionTable: table, connection } = config
  const { user, database } = connection ?? {}
  return loadRevisions(migrations, {
    ...{ ...format, reading, place: { schema, table, user, database } },
    ...(environment && { environment }),
  })
}

/**
 * Another migrator's own folder, where pgate knows whose it is: its revisions, or why they cannot be read,
 * which is no fault, as their program knows better.
 */
export async function loadTheirFolder(
  config: Parameters<typeof loadFolder>[0],
): Promise<{ readonly graph?: RevisionGraph; readonly fault?: GateError }> {
  // A folder that nobody recognises counts as pgate's own: with another program it is not.
  if (config.format === 'pgate') return {}
  try {
    return { graph: await loadFolder(config) }
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    return { fault: error }
  }
}

/** @throws {GateError} REVISION_NOT_WRITTEN where the folder is another tool's, which writes its files */
export function refuseOthersFolder(
  { format, migrations }: Pick<Config, 'format' | 'migrations'>,
  hint = `Let ${format} make the file; pgate runs it.`,
) {
  if (format === 'auto' || format === 'pgate') return
  throw new GateError(
    'REVISION_NOT_WRITTEN',
    `${migrations} is a folder of ${format}, and pgate writes files of its own only`,
    {
      facts: { directory: migrations, format },
      hint,
    },
  )
}

/** The format that the configuration was settled to. */
export function formatOf({ format = 'auto' }: Formatted): SourceFormat {
  return FORMATS[format === 'auto' ? 'pgate' : format]
}

/** The formats whose folder it may be, where its files do not say. */
export function candidatesOf(directory: string): readonly FormatName[] {
  const answers = answersOf(glimpse(directory))
  if (answers.some(([, says]) => says === true)) return []
  return answers.flatMap(([name, says]) => (says === 'perhaps' ? [name] : []))
}

/** Whose folder it is; what cannot be read is pgate's: reading it will say why. */
export function recognise(directory: string): Config['format'] {
  try {
    const answers = answersOf(glimpse(directory))
    const known = answers.find(([, says]) => says === true)
    if (known !== undefined) return known[0]
    const isLikeSeveral = answers.some(([, says]) => says === 'perhaps')
    return isLikeSeveral && !holdsOwn(directory) ? 'auto' : 'pgate'
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return 'pgate'
    throw error
  }
}

/** Whose folder it is, `auto` where it may be several tools'; undefined where it shows nothing of any. */
export function formatAt(directory: string): Config['format'] | undefined {
  const format = recognise(directory)
  return format === 'pgate' && !holdsOwn(directory) ? undefined : format
}

function answersOf(folder: FolderGlimpse) {
  const formats = Object.entries(FORMATS) as [FormatName, SourceFormat][]
  return formats.map(([name, { recognises }]) => [name, recognises(folder)] as const)
}

/** One file of pgate's own among those that could be anybody's: then a header is missing there. */
function holdsOwn(directory: string): boolean {
  const files = readdirSync(directory).filter((name) => name.endsWith('.sql'))
  return files.some((name) =>
    /^--\s*(?:pgate|revision)\s*:/m.test(beginningOf(`${directory}/${name}`)),
  )
}

/**
 * An entry that begins with a digit, as most tools number theirs (Flyway behind a letter), else any; of
 * folders one that holds a migration.
 * Asked at every start, so that a folder of ten thousand is not listed for it; a folder of several tools
 * is refused when it is read.
 */
function glimpse(directory: string): FolderGlimpse {
  let [name, folder, python]: (string | undefined)[] = []
  const entries = opendirSync(directory)
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      const isNumbered = /^[VBU]?\d/.test(entry.name)
      if (isFolder(directory, entry)) {
        const holds = ['up.sql', 'migration.sql'].some((file) =>
          existsSync(`${directory}/${entry.name}/${file}`),
        )
        if (folder === undefined || holds) folder = entry.name
        if (holds && isNumbered) break
      } else if (entry.name.endsWith('.sql') && !entry.name.startsWith('.')) name = entry.name
      else if (/^[^._].*\.py$/.test(entry.name)) python = entry.name
      if (isNumbered && name === entry.name) break
    }
  } finally {
    entries.closeSync()
  }
  return {
    has: (path) => existsSync(`${directory}/${path}`),
    beginning: (path) => {
      return existsSync(`${directory}/${path}`) ? beginningOf(`${directory}/${path}`) : ''
    },
    ...(name !== undefined && { sql: { name, text: beginningOf(`${directory}/${name}`) } }),
    ...(folder !== undefined && { folder }),
    ...(python !== undefined && { python }),
  }
}

/** Markers stand at the top, below comments. */
const BEGINNING_BYTES = 64 * 1024

function beginningOf(path: string): string {
  if (plainFileFault(path) !== undefined) return ''
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(BEGINNING_BYTES)
    return buffer.toString('utf8', 0, readSync(file, buffer))
  } finally {
    closeSync(file)
  }
}
