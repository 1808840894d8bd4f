import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../../base/files.ts'
import { counted } from '../../base/words.ts'
import type { Config } from '../../config/config.ts'
import { GateError } from '../../errors/error.ts'
import { loadFolder, loadTheirFolder } from '../../formats/formats.ts'
import { buildManifest, manifestFromDatabase } from '../../gate/manifest.ts'
import { indexOf } from '../../gate/revision-files.ts'
import { shadowTarget } from '../../gate/shadow.ts'
import { formatIndex, INDEX_FILE } from '../../gate/unchanged/folder-index.ts'
import { NO_REVISIONS, type RevisionGraph } from '../../revisions/graph/graph.ts'
import { formatManifest } from '../../steps/verify/manifest/format-manifest.ts'
import { type Manifest, manifestPath, readManifest } from '../../steps/verify/manifest/manifest.ts'
import type { Command, CommandOutput, CommonOptions } from '../command.ts'

interface ManifestOptions extends CommonOptions {
  readonly check?: boolean
  readonly shadowUrl?: string
  readonly fromDatabase?: boolean
}

/** What a manifest promises. */
export interface ManifestReport {
  /** The revisions that it is of, sorted. */
  readonly heads: readonly string[]
  /** The major version of PostgreSQL that it was made on. */
  readonly server: number
  /** How many objects it holds. */
  readonly objects: number
}

/** Builds the schema in a throwaway database and writes what its catalog says. */
export const manifest: Command<ManifestOptions, ManifestReport> = {
  examples: [
    'pgate manifest',
    'pgate manifest --check',
    'pgate manifest -- alembic upgrade head',
    'pgate manifest --from-database',
  ],
  takesMigrator: true,
  declare: (commander) => {
    commander
      .option('--check', 'write nothing; fail where manifest.json is stale')
      .option('--shadow-url <url>', 'a server to build on, instead of the embedded PostgreSQL')
      .option('--from-database', 'what the database holds is the promise; nothing is built')
  },
  run: async (context, { check = false, shadowUrl, fromDatabase = false }) => {
    const { config } = context
    const { migrations } = config
    if (fromDatabase && shadowUrl !== undefined) throw builtOrTaken()
    const graph = await revisionsOf(config, fromDatabase)
    const server = shadowUrl === undefined ? undefined : shadowTarget(shadowUrl, context.host)
    // Names are relative to PGATE_SCHEMA, and the file says to which.
    const schema = (check ? (await readManifest(migrations))?.schema : undefined) ?? config.schema
    const shadow = { ...context, config: { ...config, schema } }
    const made = fromDatabase
      ? await manifestFromDatabase(shadow, graph)
      : await buildManifest(shadow, { graph, targets: ['heads'], isWhole: true, server })
    return check ? compare(config, { made, graph }) : write(config, { made, graph })
  },
}

/** Of another migrator's folder, or of none, nothing has to be known. */
async function revisionsOf(config: Config, fromDatabase: boolean): Promise<RevisionGraph> {
  if (config.migrateCommand !== undefined) {
    return (await loadTheirFolder(config)).graph ?? NO_REVISIONS
  }
  try {
    return await loadFolder(config)
  } catch (error) {
    const isNone = error instanceof GateError && error.code === 'REVISION_DIRECTORY'
    if (fromDatabase && isNone) return NO_REVISIONS
    throw error
  }
}

function builtOrTaken(): GateError {
  return new GateError('USAGE', '--from-database builds nothing, and --shadow-url says where', {
    hint: 'Leave one of them out.',
  })
}

type Folder = Pick<Config, 'migrations' | 'format' | 'migrateCommand'>

interface Made {
  readonly made: Manifest
  readonly graph: RevisionGraph
}

async function write(
  folder: Folder,
  { made, graph }: Made,
): Promise<CommandOutput<ManifestReport>> {
  const directory = folder.migrations
  const path = manifestPath(directory)
  await makeFolder(directory)
  await writeFile(path, formatManifest(made))
  if (hasIndex(folder, graph)) {
    await writeFile(join(directory, INDEX_FILE), await indexText(folder, { made, graph }))
  }
  return {
    json: summary(made),
    lines: [],
    verdict: `${path} has ${counted(made.objects.size, 'object')}`,
  }
}

/** Of what pgate runs itself: a start holds the files against it. */
function hasIndex({ migrateCommand }: Folder, graph: RevisionGraph): boolean {
  return migrateCommand === undefined && graph.order.length > 0
}

/** Its sizes are those of the files as they are now, the manifest among them. */
async function indexText(folder: Folder, { made, graph }: Made): Promise<string> {
  return formatIndex(await indexOf(folder, { graph, manifest: made, staleReason: null }))
}

async function compare(
  folder: Folder,
  { made, graph }: Made,
): Promise<CommandOutput<ManifestReport>> {
  const directory = folder.migrations
  const path = manifestPath(directory)
  const kept = await readOrEmpty(path)
  if (kept !== formatManifest(made)) throw stale(path, kept === '')
  const verdict = `${path} is what the revisions make`
  if (!hasIndex(folder, graph)) return { json: summary(made), lines: [], verdict }
  const index = join(directory, INDEX_FILE)
  const keptIndex = await readOrEmpty(index)
  if (keptIndex !== (await indexText(folder, { made, graph }))) throw stale(index, keptIndex === '')
  return { json: summary(made), lines: [], verdict }
}

async function readOrEmpty(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return ''
  })
}

function stale(path: string, missing: boolean): GateError {
  return new GateError(
    'MANIFEST_STALE',
    `${path} ${missing ? 'is missing' : 'is not what the revisions make on this PostgreSQL'}`,
    { facts: { file: path } },
  )
}

function summary(made: Manifest): ManifestReport {
  return { heads: made.heads, server: made.server, objects: made.objects.size }
}
