import { crc32 } from 'node:zlib'
import { checksumOf } from '../../revisions/file/checksum.ts'
import type { Fault } from '../../revisions/file/faults.ts'
import type { FaultyFile, Folder, FolderReading, SourceFile } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import type { HistoryRowFacts, SqlBody } from '../../revisions/file/revision.ts'
import { faultyFile } from '../numbered.ts'
import { toolRevision } from '../tool-file.ts'
import { arrange, type Migration } from './arrange.ts'
import { namingOf } from './names.ts'
import { defaultPlaceholders, replacePlaceholders } from './placeholders.ts'
import { type FlywaySettings, propertyEntries, readSettings } from './settings.ts'
import { repeatableId, versionedId } from './versions.ts'

/** By version, then what is repeated; what has no name of Flyway's is passed over. */
export const FLYWAY_FILES: FolderReading = {
  remedy:
    'Set PGATE_MIGRATIONS to the folder of the migrations (V<version>__<description>.sql); a prefix, separator or suffix of your own is read from flyway.conf, flyway.toml or FLYWAY_*.',
  rules: ({ directory, environment }, rules) => {
    const { values } = readSettings(directory, environment)
    return values.get('outoforder') === 'true' ? { ...rules, late: 'run' } : rules
  },
  read: async (folder) => {
    const { directory, environment, names, each } = folder
    const settings = readSettings(directory, environment)
    const { migrations, faulty } = arrange(names, namingOf(settings))
    const own = migrations.filter(({ path }) => !faulty.has(path))
    const byPath = new Map(own.map((one) => [one.path, one]))
    const several = severalLocations(settings)
    return [
      ...(several === undefined ? [] : [several]),
      ...(await each([...faulty.keys(), ...byPath.keys()], (source) => {
        const fault = faulty.get(source.name)
        if (fault !== undefined) return faultyFile(source.file, { ...fault, line: null })
        const migration = byPath.get(source.name)
        if (migration === undefined) throw new Error(`${source.name} was not asked for`)
        return parseMigration({ migration, source, settings, folder })
      })),
    ]
  },
}

/** One folder has one history; files of another would be missing from it. */
function severalLocations({ file = 'FLYWAY_LOCATIONS', values }: FlywaySettings) {
  const locations = values.get('locations')?.split(',') ?? []
  if (locations.length < 2) return undefined
  return faultyFile(file, {
    code: 'REVISION_UNSUPPORTED',
    line: null,
    message: `it names ${locations.length} locations, and pgate reads one folder: ${locations.join(', ')}`,
    remedy:
      'put the files below one folder, which is read with those below it; or keep Flyway, with the gate around it: pgate -- flyway migrate',
  })
}

/** A file, and what decides what it says. */
interface Reading {
  readonly migration: Migration
  readonly source: SourceFile
  readonly settings: FlywaySettings
  readonly folder: Folder
}

async function parseMigration(reading: Reading): Promise<ParsedFile> {
  const { migration, source, folder } = reading
  if (migration.name.language !== undefined) return code(reading)
  const upgrade = await readSql(source, reading)
  if (upgrade.kind === 'faulty') return upgrade
  const undo = migration.undo === undefined ? undefined : await folder.read(migration.undo)
  if (undo !== undefined && 'kind' in undo) return undo
  const downgrade = undo === undefined ? undefined : await readSql(undo, reading)
  if (downgrade?.kind === 'faulty') return downgrade
  const { name } = migration
  const row = rowOf(reading, crc(name.kind === 'repeatable' ? upgrade.body.text : source.text))
  const facts = {
    id:
      name.kind === 'repeatable'
        ? repeatableId(name.description, row.checksum)
        : versionedId(name.version, name.kind === 'baseline'),
    message: name.description.trim() || source.name,
    file: source.file,
    transaction: upgrade.isOutside ? 'off' : 'auto',
    checksum: checksumOf(source.text),
    row,
    ...(name.kind !== 'repeatable' && {
      recorded: [`${row.checksum} ${row.type} ${row.description}`],
    }),
    upgrade: upgrade.body,
    downgrade: downgrade?.body ?? null,
  } as const
  return toolRevision(facts, name.kind === 'repeatable' ? '' : name.version)
}

/** Known where it is applied; Flyway runs it. */
function code({ migration: { name }, source: { file, text, ...source } }: Reading): ParsedFile {
  const { version = '', description, language = 'Java' } = name
  const row = { version, description, type: 'JDBC', script: source.name, checksum: null }
  return toolRevision({
    id: version,
    message: description,
    file,
    transaction: 'auto',
    checksum: checksumOf(text),
    row,
    upgrade: { kind: 'opaque', language, command: 'flyway migrate' },
    downgrade: null,
  })
}

type Sql =
  | { readonly kind: 'sql'; readonly body: SqlBody; readonly isOutside: boolean }
  | FaultyFile

/** A file with the values of its placeholders, as its own configuration wants it. */
async function readSql(source: SourceFile, { settings, folder, migration }: Reading): Promise<Sql> {
  const own = await configOf(source, folder)
  if ('kind' in own) return own
  const isReplaced =
    own.get('placeholderReplacement') ?? settings.values.get('placeholderreplacement')
  const replaced =
    isReplaced === 'false'
      ? source
      : replacePlaceholders(source.text, settings, defaultPlaceholders(source, folder.place))
  const { file } = source
  if ('faults' in replaced) {
    return {
      kind: 'faulty',
      file,
      faults: replaced.faults.map((fault): Fault => ({ ...fault, file })),
    }
  }
  const isUndo = source.name === migration.undo
  const body: SqlBody = { kind: 'sql', text: replaced.text, line: 1, ...(isUndo && { file }) }
  return {
    kind: 'sql',
    body: Object.freeze(body),
    isOutside: own.get('executeInTransaction') === 'false',
  }
}

/** What `<file>.conf` says. */
async function configOf(
  { name }: SourceFile,
  { names, read }: Folder,
): Promise<ReadonlyMap<string, string> | FaultyFile> {
  const path = `${name}.conf`
  const source = names.includes(path) ? await read(path) : undefined
  if (source === undefined) return new Map()
  if ('kind' in source) return source
  const entries = new Map(propertyEntries(source.text))
  const condition = entries.get('shouldExecute') ?? 'true'
  if (condition === 'true') return entries
  return faultyFile(source.file, {
    code: 'REVISION_UNSUPPORTED',
    line: source.text.split('\n').findIndex((line) => /^\s*shouldExecute\b/.test(line)) + 1,
    message: `shouldExecute=${condition}: which files are left out, pgate does not decide`,
    remedy: 'take the line away, or the file out of the folder',
  })
}

/** Over the lines, without what ends them; as Java has it, with a sign. */
function crc(text: string): number {
  return crc32(text.replaceAll('\n', '')) | 0
}

function rowOf(
  { migration: { name, path } }: Reading,
  checksum: number,
): HistoryRowFacts & { readonly checksum: number } {
  const { description } = name
  return {
    version: name.kind === 'repeatable' ? null : name.version,
    description: description.length <= 200 ? description : `${description.slice(0, 197)}...`,
    type: name.kind === 'baseline' ? 'SQL_BASELINE' : 'SQL',
    script: path.length <= 1000 ? path : `...${path.slice(3, 1000)}`,
    checksum,
  }
}
