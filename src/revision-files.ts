import type { RevisionGraph } from './revisions/graph.ts'
import { loadRevisions } from './revisions/load.ts'
import { type Manifest, readManifest } from './verify/manifest.ts'

/** Everything the migrations folder holds, read and checked. */
export interface RevisionFiles {
  readonly graph: RevisionGraph
  /** `null` where the folder has no manifest.json. */
  readonly manifest: Manifest | null
}

/**
 * Reads revisions and manifest, without a connection: whatever is wrong with the files is found
 * before the database is touched.
 * @throws {GateError} REVISION_*, MANIFEST_INVALID
 */
export async function readRevisionFiles(directory: string): Promise<RevisionFiles> {
  const graph = await loadRevisions(directory)
  return Object.freeze({ graph, manifest: await readManifest(directory) })
}
