import { createHash } from 'node:crypto'
import type { Session } from '../postgres/session.ts'
import { readDigest } from './catalog.ts'
import type { CatalogScope } from './scope.ts'

/** Raised when verify learns to find more, so that older proofs no longer count. */
const PROOF_VERSION = 1

/** All that a passing verify depended on, besides the schema itself. */
export interface ProofFacts {
  readonly mode: 'manifest' | 'structure'
  readonly strict: boolean
  /** `null` where there is no manifest. @see manifestSha */
  readonly manifestSha: string | null
  /** The server's major version. */
  readonly server: number
  /** The version rows that were expected, and found. */
  readonly versions: ReadonlySet<string>
  readonly extensions: readonly { readonly name: string; readonly floor?: string | undefined }[]
  readonly scope: CatalogScope
}

/**
 * What the journal keeps after a passing verify: one short text, equal exactly where the same
 * checks on the same schema would pass again.
 *
 * @example proofOf({ ...facts, digest }) // '1:5f70bf18a086…'
 */
export function proofOf(facts: ProofFacts & { readonly digest: string }): string {
  const { mode, strict, server, versions, extensions, scope, digest } = facts
  const parts = [
    [mode, strict, facts.manifestSha, server, digest],
    [...versions].toSorted(),
    extensions.map(({ name, floor }) => `${name}>=${floor ?? ''}`).toSorted(),
    scope.schemas === 'all' ? 'all' : scope.schemas.toSorted(),
    scope.ownTables.map(({ schema, name }) => [schema, name]),
  ]
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return `${PROOF_VERSION}:${hash}`
}

/**
 * The proof as it would be for the live schema, in one round trip: equal to the stored one, nothing
 * has changed since verify passed.
 * @throws the driver's DatabaseError or the socket's error, unchanged
 */
export async function readProof(session: Session, facts: ProofFacts): Promise<string> {
  return proofOf({ ...facts, digest: await readDigest(session, facts.scope) })
}
