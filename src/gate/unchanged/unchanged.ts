import { basename } from 'node:path'
import { isSameSet } from '../../base/set.ts'
import { catalogScope } from '../../catalog/scope.ts'
import type { Config } from '../../config/config.ts'
import type { StepContext } from '../../config/context.ts'
import { formatOf } from '../../formats/formats.ts'
import type { Session } from '../../postgres/session/session.ts'
import { type HistoryRules, isRecorded, withoutGone } from '../../revisions/graph/history-rules.ts'
import { planWithSkipped } from '../../steps/extensions/plan.ts'
import type { MigrateOutcome } from '../../steps/migrate/migrate.ts'
import { type ProofFacts, parseKept, proofOf } from '../../steps/verify/proof.ts'
import {
  describeExtensions,
  describeMigration,
  describeProof,
  type Proof,
  type Upgraded,
  warnOfExtra,
} from '../outcome.ts'
import type { Resources } from '../resources.ts'
import type { FolderIndex, WaitingIndex } from './folder-index.ts'
import type { MigrationsFolder } from './migrations-folder.ts'
import type { Survey } from './survey.ts'

/** What each step would find, where nothing has changed since the last passing verify. */
export interface Unchanged extends Upgraded {
  readonly proof: Proof
}

/** What is held against the proof that the last passing verify has kept. */
interface UnchangedInput {
  /** Undefined where the server refused to be asked. */
  readonly survey: Survey | undefined
  readonly folder: MigrationsFolder
  readonly session: Session
}

/**
 * Whether the proof that the last passing verify has kept holds still: the same files, the same
 * version rows, the same schema, the same settings, and nothing in the journal since. Then there is
 * nothing to do and nothing to look at. Undefined where anything differs or is not known: the steps
 * themselves then say what.
 * @see docs/decisions/0027-proof-by-one-round-trip.md
 */
export async function findUnchanged(
  { config }: Pick<StepContext, 'config'>,
  { survey, folder, session }: UnchangedInput,
): Promise<Unchanged | undefined> {
  if (survey === undefined || !(await folder.isAsIndexed())) return
  const { kept } = survey
  if (kept === undefined || config.verify === 'off') return
  const wanted = await wantedNow(config, folder, kept)
  if (wanted === undefined) return
  const { versions, modes, migration, ...files } = wanted
  const plan = planWithSkipped(config.extensions, survey)
  if (plan === undefined) return
  const { proof, warnings } = parseKept(kept.proof)
  const mode = modes.find((one) => {
    const now = proofOf({
      ...files,
      mode: one,
      strict: false,
      schema: kept.schema,
      server: session.server.major,
      versions,
      extensions: config.extensions,
      unpromised: config.unpromised,
      skipped: plan.skipped,
    })
    return now === proof
  })
  if (mode === undefined) return
  return {
    extensions: plan,
    migration: { applied: [], versions, ahead: false, ...migration },
    proof: { mode, unchanged: true, notices: [], warnings, versions },
  }
}

/**
 * Whether the rows are those of a database at the heads. With a row for each revision there may be
 * others, of files that are gone, as there were when the proof was kept.
 */
function isWhole(
  rows: ReadonlySet<string>,
  { versions }: FolderIndex,
  rules: HistoryRules,
): boolean {
  if (rules.rows === 'heads') return isSameSet(rows, new Set(versions))
  return versions.every((id) => isRecorded(rows, rules, id))
}

/** The state of an expand gate with its contract revisions left; undefined where they are due. */
function waitingAt(
  { phase, contractAfterMs = Infinity }: Config,
  { waiting }: FolderIndex,
  { versions, expandedForMs }: NonNullable<Survey['kept']>,
): WaitingIndex | undefined {
  if (phase !== 'expand' || (expandedForMs ?? 0) >= contractAfterMs) return undefined
  return waiting.find((state) => isSameSet(new Set(state.versions), new Set(versions)))
}

/** What of a proof depends on the files; `modes`: those in which it may have been kept. */
interface WantedNow extends Pick<ProofFacts, 'files' | 'versions' | 'scope' | 'history'> {
  readonly modes: readonly ProofFacts['mode'][]
  readonly migration?: Pick<MigrateOutcome, 'command' | 'isUnstarted' | 'left'>
}

/** Undefined where the version rows are other than the files want. */
async function wantedNow(
  config: Config,
  { index, command }: MigrationsFolder,
  kept: NonNullable<Survey['kept']>,
): Promise<WantedNow | undefined> {
  const rows = new Set(kept.versions)
  if (command === undefined) {
    const { rules } = formatOf(config)
    const versions = withoutGone(rows, rules, index.versions)
    const standing = isWhole(versions, index, rules) ? index : waitingAt(config, index, kept)
    if (!isAtHeads(config.target, index) || standing === undefined) return undefined
    const isCompared = config.verify === 'manifest' && standing.isDescribed
    const scope = catalogScope(config, index.schemas ?? [config.schema])
    return {
      files: index.fingerprint,
      versions,
      scope,
      modes: [isCompared ? 'manifest' : 'structure'],
      ...('left' in standing && { migration: { left: standing.left } }),
    }
  }
  const files = await command()
  if (files === undefined || kept.history === null || config.migrateAlways) return undefined
  return {
    files,
    versions: rows,
    history: kept.history,
    // The same files, manifest included, are compared as they were then.
    scope: catalogScope(config, [config.schema]),
    modes: config.verify === 'manifest' ? ['manifest', 'structure'] : ['structure'],
    migration: { command: basename(config.migrateCommand?.[0] ?? ''), isUnstarted: true },
  }
}

/** `head` is one only where there is one. */
function isAtHeads(target: string, { heads }: FolderIndex): boolean {
  return target === 'heads' || (target === 'head' && heads.length === 1)
}

/** Records each step as ever: who reads the log sees what was found, and not how. */
export async function reportUnchanged(
  context: StepContext,
  { steps }: Resources,
  unchanged: Unchanged,
): Promise<Unchanged> {
  const { extensions, migration, proof } = unchanged
  for (const note of extensions.notes) context.log.warn('extension.note', note)
  warnOfExtra(context, proof.warnings)
  const wanted = context.config.extensions
  await steps.run(
    'extensions',
    async () => extensions,
    (plan) => describeExtensions(plan, wanted),
  )
  await steps.run('migrate', async () => migration, describeMigration)
  await steps.run('verify', async () => proof, describeProof)
  return unchanged
}
