import { isSameSet } from '../../base/set.ts'
import type { StepContext } from '../../config/context.ts'
import { type ExtensionPlan, planWithSkipped } from '../../steps/extensions/plan.ts'
import type { MigrateOutcome } from '../../steps/migrate/migrate.ts'
import { parseKept, proofOf } from '../../steps/verify/proof.ts'
import { catalogScope } from '../../steps/verify/scope.ts'
import type { Proof } from '../prove.ts'
import type { FolderIndex } from './folder-index.ts'
import type { Survey } from './survey.ts'

/** What each step would find, where nothing has changed since the last passing verify. */
export interface Unchanged {
  readonly extensions: ExtensionPlan
  readonly migration: MigrateOutcome
  readonly proof: Proof
}

/**
 * Whether the proof that the last passing verify has kept holds still: the same files, the same
 * version rows, the same schema, the same settings, and nothing in the journal since. Then there is
 * nothing to do and nothing to look at. Undefined where anything differs or is not known: the steps
 * themselves then say what. Pure.
 * @see docs/decisions/0027-proof-by-one-round-trip.md
 */
export function unchangedSince(
  { config }: Pick<StepContext, 'config'>,
  on: { readonly survey: Survey; readonly index: FolderIndex; readonly server: number },
): Unchanged | undefined {
  const { index, server } = on
  const { kept } = on.survey
  if (kept === undefined || config.verify === 'off' || !isAtHeads(config.target, index)) return
  const versions = new Set(index.versions)
  if (!isSameSet(new Set(kept.versions), versions)) return
  const plan = planWithSkipped(config.extensions, on.survey)
  if (plan === undefined) return
  const mode = config.verify === 'manifest' && index.isDescribed ? 'manifest' : 'structure'
  const now = proofOf({
    mode,
    strict: false,
    files: index.fingerprint,
    schema: kept.schema,
    server,
    versions,
    extensions: config.extensions,
    unpromised: config.unpromised,
    skipped: plan.skipped,
    scope: catalogScope(config, index.schemas ?? [config.schema]),
  })
  const { proof, warnings } = parseKept(kept.proof)
  if (now !== proof) return
  return {
    extensions: plan,
    migration: { applied: [], versions, ahead: false },
    proof: { mode, byDigest: true, told: [], warnings, versions },
  }
}

/** `head` is one only where there is one. */
function isAtHeads(target: string, { heads }: FolderIndex): boolean {
  return target === 'heads' || (target === 'head' && heads.length === 1)
}
