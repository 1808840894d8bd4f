import type { RevisionGraph } from './revisions/graph.ts'
import { loadRevisions } from './revisions/load.ts'
import { type Manifest, readManifest } from './verify/manifest.ts'
import { type RevisionFacts, staleness } from './verify/manifest-of.ts'

/** Everything the migrations folder holds, read and checked. */
export interface RevisionFiles {
  readonly graph: RevisionGraph
  /** `null` where the folder has none. */
  readonly manifest: Manifest | null
  /** Why the manifest does not describe these revisions; `null` where it does, or there is none. */
  readonly staleReason: string | null
}

/**
 * Reads revisions and manifest, without a connection: whatever is wrong with the files is found
 * before the database is touched.
 * @throws {GateError} REVISION_*, MANIFEST_INVALID
 */
export async function readRevisionFiles(directory: string): Promise<RevisionFiles> {
  const graph = await loadRevisions(directory)
  const manifest = await readManifest(directory)
  const staleReason = manifest && staleness(manifest, revisionFacts(graph))
  return Object.freeze({ graph, manifest, staleReason })
}

/** What a manifest keeps of the graph. */
export function revisionFacts({ heads, revisions }: RevisionGraph): RevisionFacts {
  return { heads, checksums: new Map([...revisions].map(([id, { checksum }]) => [id, checksum])) }
}
