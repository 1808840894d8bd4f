import { createHash } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { formatOf, loadFolder, loadTheirFolder } from '../formats/formats.ts'
import { NO_REVISIONS, type RevisionGraph } from '../revisions/graph/graph.ts'
import { waitingStates } from '../revisions/target/phases.ts'
import { targetVersions } from '../revisions/target/plan.ts'
import { formatManifest } from '../steps/verify/manifest/format-manifest.ts'
import { type Manifest, manifestPath, readManifest } from '../steps/verify/manifest/manifest.ts'
import { manifestSha, type RevisionFacts, staleness } from '../steps/verify/manifest/manifest-of.ts'
import { checkSchema } from '../steps/verify/manifest/relocate.ts'
import { manifestWhile } from '../steps/verify/manifest/waiting.ts'
import { type FolderIndex, filesOf } from './unchanged/folder-index.ts'

/** Everything the migrations folder holds, read and checked. */
export interface RevisionFiles {
  readonly graph: RevisionGraph
  /** `null` where the folder has none. */
  readonly manifest: Manifest | null
  /** Why the manifest does not describe these revisions; `null` where it does, or there is none. */
  readonly staleReason: string | null
  /** Where another program migrates: of what it works with; absent where nothing says that. */
  readonly command?: string | undefined
}

/** What of the configuration decides about the files. */
export type FilesConfig = Pick<
  Config,
  'migrations' | 'schema' | 'format' | 'migrateCommand' | 'environment'
> &
  Partial<Pick<Config, 'versionTable' | 'connection'>>

/**
 * Reads revisions and manifest, without a connection: whatever is wrong with the files is found
 * before the database is touched. The manifest has to be able to serve PGATE_SCHEMA.
 * @throws {GateError} REVISION_*, MANIFEST_INVALID
 */
export async function readRevisionFiles(config: FilesConfig): Promise<RevisionFiles> {
  const { migrations: directory, schema } = config
  // Another migrator's files are its own: of the folder the manifest alone is ours.
  const isOurs = config.migrateCommand === undefined
  const graph = isOurs ? await loadFolder(config) : NO_REVISIONS
  const manifest = await readManifest(directory)
  if (manifest !== null) checkSchema(manifest, schema, manifestPath(directory))
  const described = isOurs ? graph : (await loadTheirFolder(config)).graph
  const isKnown = manifest !== null && described !== undefined
  const staleReason = isKnown ? staleness(manifest, revisionFacts(described)) : null
  return Object.freeze({ graph, manifest, staleReason })
}

/** What a manifest keeps of the graph. */
export function revisionFacts({ heads, revisions }: RevisionGraph): RevisionFacts {
  return { heads, checksums: new Map([...revisions].map(([id, { checksum }]) => [id, checksum])) }
}

/**
 * SHA-256 in hex over all of the files that a verdict depends on: each revision's id, checksum and
 * parents, and the manifest; or what another migrator works with, the manifest among it.
 */
export function filesFingerprint({ graph, manifest, command }: Omit<RevisionFiles, 'staleReason'>) {
  if (command !== undefined) return command
  const revisions = graph.order
    .map(({ id, checksum, revises, dependsOn, phase }) => [
      ...[id, checksum, revises, dependsOn],
      ...(phase === undefined ? [] : [phase]),
    ])
    .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))
  const sha = manifest && manifestSha(formatManifest(manifest))
  return createHash('sha256')
    .update(JSON.stringify([revisions, sha]))
    .digest('hex')
}

/** What stands for these files at a start that does not read them. */
export async function indexOf(
  config: Pick<Config, 'migrations' | 'format'>,
  files: RevisionFiles,
): Promise<FolderIndex> {
  const { graph, manifest } = files
  return Object.freeze({
    fingerprint: filesFingerprint(files),
    heads: graph.heads,
    versions: [...targetVersions(graph, 'heads')],
    schemas: manifest?.schemas ?? null,
    isDescribed: manifest !== null && files.staleReason === null,
    waiting: waitingStates(graph).map(({ left, versions }) => ({
      left,
      versions: [...versions],
      isDescribed: manifest !== null && manifestWhile(manifest, left) !== undefined,
    })),
    ...(await filesOf(
      config.migrations,
      formatOf(config).files,
      graph.order.flatMap(({ imports = [] }) => imports),
    )),
  })
}
