import type { CatalogScope } from '../../catalog/scope.ts'

/** Raised when verify learns to find more, so that older proofs no longer count. */
const PROOF_VERSION = 3

/** All that a passing verify depended on. */
export interface ProofFacts {
  readonly mode: 'manifest' | 'structure'
  readonly strict: boolean
  /** Of the revisions and the manifest. @see filesFingerprint */
  readonly files: string
  /** Of the live schema. @see readFingerprint */
  readonly schema: string
  /** The server's major version. */
  readonly server: number
  /** The version rows that were expected, and found. */
  readonly versions: ReadonlySet<string>
  readonly extensions: readonly { readonly name: string; readonly floor?: string | undefined }[]
  /** Optional extensions that were left out, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
  readonly scope: CatalogScope
  /** Of PGATE_UNPROMISED; those of the revisions are in their manifest. */
  readonly unpromised: readonly string[]
  /** Where another program migrates: the rows of its history. @see toolRowsBlock */
  readonly history?: string | undefined
}

/** A kept proof, and what was warned of where it was kept. */
export interface KeptProof {
  readonly proof: string
  readonly warnings: readonly string[]
}

/** What the journal keeps: the proof, and on a second line what every start has to warn of. */
export function keptText({ proof, warnings }: KeptProof): string {
  return warnings.length === 0 ? proof : `${proof}\n${JSON.stringify(warnings)}`
}

/** The proof and the warnings out of what the journal has kept. */
export function parseKept(text: string): KeptProof {
  const [proof = '', warnings = '[]'] = text.split('\n')
  return { proof, warnings: JSON.parse(warnings) as readonly string[] }
}

/**
 * What the journal keeps after a passing verify: one line, equal exactly where the same checks on
 * the same schema would pass again. Nothing in it is a secret, and it is not hashed: a
 * reader of the journal sees what has changed.
 *
 * @example proofOf(facts) // '2 ["manifest",false,"5f70bf18a086…","98d…",18] ["972fc63ffb69"] …'
 */
export function proofOf(facts: ProofFacts): string {
  const { mode, strict, files, schema, server, versions, extensions, skipped, scope, unpromised } =
    facts
  const { history } = facts
  const parts = [
    [mode, strict, files, schema, server],
    [...versions].toSorted(),
    extensions.map(({ name, floor }) => `${name}>=${floor ?? ''}`).toSorted(),
    skipped.map(({ name, reason }) => `${name} ${reason}`).toSorted(),
    scope.schemas === 'all' ? 'all' : scope.schemas.toSorted(),
    scope.ownTables.map(({ schema, name }) => [schema, name]),
    unpromised,
    ...(history === undefined ? [] : [history]),
  ]
  return [PROOF_VERSION, ...parts.map((part) => JSON.stringify(part))].join(' ')
}
