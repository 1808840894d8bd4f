import { closeSync, existsSync, opendirSync, openSync, readSync } from 'node:fs'
import { plainFileFault } from '../base/files.ts'
import type { Config } from '../config/config.ts'
import { GateError } from '../errors/error.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { namesOf, type TableNames } from '../store/tables.ts'
import { dbmate } from './dbmate/dbmate.ts'
import type { FolderGlimpse, FormatName, HistoryPlace, SourceFormat } from './format.ts'
import { golangMigrate } from './golang-migrate/golang-migrate.ts'
import { pgate } from './pgate/pgate.ts'
import { sqlx } from './sqlx/sqlx.ts'

/** Each is looked at in this order; a folder that none recognises is pgate's own. */
const FORMATS: Readonly<Record<FormatName, SourceFormat>> = {
  dbmate,
  'golang-migrate': golangMigrate,
  sqlx,
  pgate,
}

type Formatted = Partial<Pick<Config, 'format'>>

/** The configuration with `auto` settled by what the folder holds, and the table that goes with it. */
export function withFormat(config: Config): Config {
  const format = config.format === 'auto' ? recognise(config.migrations) : config.format
  const versionTable =
    config.isVersionTableSet === true ? config.versionTable : tableOf(config, format)
  // Where another program keeps its versions is its own matter: they are shown, where they are there.
  const isOurs = config.migrateCommand === undefined
  return Object.freeze({ ...config, format, versionTable, ...(!isOurs && { isSchemaSet: true }) })
}

function tableOf({ environment }: Pick<Config, 'environment'>, format: FormatName): string {
  const { versionTable, tableVariable } = FORMATS[format]
  return (tableVariable && environment?.variables[tableVariable]) || versionTable
}

/** The names of the history table and of pgate's own. */
export function tableNames(
  config: Formatted & HistoryPlace & Pick<Config, 'journalSchema'>,
): TableNames {
  return namesOf(config, formatOf(config).history(config))
}

/**
 * Reads a migrations folder, in its tool's format, to a graph.
 * @throws {GateError} REVISION_*
 */
export async function loadFolder(
  config: Formatted & Pick<Config, 'migrations' | 'environment'>,
): Promise<RevisionGraph> {
  const format = formatOf(config)
  const [{ loadRevisions }, reading] = await Promise.all([
    import('../revisions/file/load.ts'),
    format.reading(),
  ])
  const { migrations, environment } = config
  return loadRevisions(migrations, { ...format, reading, ...(environment && { environment }) })
}

/** @throws {GateError} REVISION_NOT_WRITTEN where the folder is another tool's, which writes its files */
export function refuseOthersFolder({ format, migrations }: Pick<Config, 'format' | 'migrations'>) {
  if (format === 'auto' || format === 'pgate') return
  throw new GateError(
    'REVISION_NOT_WRITTEN',
    `${migrations} is a folder of ${format}, and pgate writes files of its own only`,
    {
      facts: { directory: migrations, format },
      hint: `Let ${format} make the file; pgate runs it.`,
    },
  )
}

/** The format that the configuration was settled to. */
export function formatOf({ format = 'auto' }: Formatted): SourceFormat {
  return FORMATS[format === 'auto' ? 'pgate' : format]
}

/** What cannot be read is pgate's: reading it will say why. */
function recognise(directory: string): FormatName {
  try {
    const folder = glimpse(directory)
    const formats = Object.entries(FORMATS) as [FormatName, SourceFormat][]
    return formats.find(([, { recognises }]) => recognises(folder))?.[0] ?? 'pgate'
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return 'pgate'
    throw error
  }
}

/**
 * An entry that begins with a digit, as most tools number theirs, else any. Asked at every start, so
 * that a folder of ten thousand is not listed for it; a folder of several tools is refused when it is
 * read.
 */
function glimpse(directory: string): FolderGlimpse {
  let [name, folder]: (string | undefined)[] = []
  const entries = opendirSync(directory)
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      const isNumbered = /^\d/.test(entry.name)
      if (entry.isDirectory()) {
        if (folder === undefined || isNumbered) folder = entry.name
      } else if (entry.name.endsWith('.sql') && !entry.name.startsWith('.')) name = entry.name
      if (isNumbered && (name === entry.name || folder === entry.name)) break
    }
  } finally {
    entries.closeSync()
  }
  return {
    has: (path) => existsSync(`${directory}/${path}`),
    ...(name !== undefined && { sql: { name, text: beginningOf(`${directory}/${name}`) } }),
    ...(folder !== undefined && { folder }),
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
