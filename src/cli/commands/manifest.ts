import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { counted } from '../../base/words.ts'
import type { Config } from '../../config/config.ts'
import { GateError } from '../../errors/error.ts'
import { loadFolder } from '../../formats/formats.ts'
import { buildManifest } from '../../gate/manifest.ts'
import { indexOf } from '../../gate/revision-files.ts'
import { shadowTarget } from '../../gate/shadow.ts'
import { formatIndex, INDEX_FILE } from '../../gate/unchanged/folder-index.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import {
  formatManifest,
  type Manifest,
  manifestPath,
  readManifest,
} from '../../steps/verify/manifest/manifest.ts'
import type { Command, CommandOutput, CommonOptions } from '../command.ts'

interface ManifestOptions extends CommonOptions {
  readonly check?: boolean
  readonly shadowUrl?: string
}

/** Builds the schema in a throwaway database and writes what its catalog says. */
export const manifest: Command<ManifestOptions> = {
  examples: ['pgate manifest', 'pgate manifest --check'],
  declare: (commander) => {
    commander
      .option('--check', 'write nothing; fail where manifest.json is stale')
      .option('--shadow-url <url>', 'a server to build on, instead of the embedded PostgreSQL')
  },
  run: async (context, { check = false, shadowUrl }) => {
    const { config } = context
    const { migrations } = config
    const graph = await loadFolder(config)
    const server = shadowUrl === undefined ? undefined : shadowTarget(shadowUrl, context.host)
    // Names are relative to PGATE_SCHEMA, and the file says to which.
    const schema = (check ? (await readManifest(migrations))?.schema : undefined) ?? config.schema
    const shadow = { ...context, config: { ...config, schema } }
    const made = await buildManifest(shadow, { graph, targets: ['heads'], server })
    return check ? compare(config, { made, graph }) : write(config, { made, graph })
  },
}

type Folder = Pick<Config, 'migrations' | 'format'>

interface Made {
  readonly made: Manifest
  readonly graph: RevisionGraph
}

async function write(folder: Folder, { made, graph }: Made): Promise<CommandOutput> {
  const directory = folder.migrations
  const path = manifestPath(directory)
  await writeFile(path, formatManifest(made))
  await writeFile(join(directory, INDEX_FILE), await indexText(folder, { made, graph }))
  return {
    json: summary(made),
    lines: [],
    verdict: `${path} has ${counted(made.objects.size, 'object')}`,
  }
}

/** Its sizes are those of the files as they are now, the manifest among them. */
async function indexText(folder: Folder, { made, graph }: Made): Promise<string> {
  return formatIndex(await indexOf(folder, { graph, manifest: made, staleReason: null }))
}

async function compare(folder: Folder, { made, graph }: Made): Promise<CommandOutput> {
  const directory = folder.migrations
  const path = manifestPath(directory)
  const kept = await readOrEmpty(path)
  if (kept !== formatManifest(made)) throw stale(path, kept === '')
  const index = join(directory, INDEX_FILE)
  const keptIndex = await readOrEmpty(index)
  if (keptIndex !== (await indexText(folder, { made, graph }))) throw stale(index, keptIndex === '')
  return { json: summary(made), lines: [], verdict: `${path} is what the revisions make` }
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

function summary(made: Manifest) {
  return { heads: made.heads, server: made.server, objects: made.objects.size }
}
