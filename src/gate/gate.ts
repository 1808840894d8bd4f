import type { StepContext } from '../config/context.ts'
import type { Proof, Upgraded } from './outcome.ts'
import type { Resources } from './resources.ts'
import type { UnderLock, UpgradeRequest } from './steps.ts'
import type { MigrationsFolder } from './unchanged/migrations-folder.ts'
import { surveyOf, surveyQuestion } from './unchanged/survey.ts'
import { findUnchanged, reportUnchanged } from './unchanged/unchanged.ts'
import { waitStep } from './wait-step.ts'

/** What an open gate did. */
export interface GateOutcome extends Upgraded {
  readonly proof: Proof
}

/**
 * The gate: wait → unchanged since the last proof? → lint → extensions → migrate → verify. Returns where
 * it is open, and throws the GateError that shuts it. The survey goes along with the wait's own question,
 * so that a start with nothing to do is one round trip; the rest is loaded only where there may be work.
 * @see docs/architecture.md
 */
export async function runGate(
  context: StepContext,
  resources: Resources,
  folder: MigrationsFolder,
): Promise<GateOutcome> {
  const question = surveyQuestion(context.config, folder)
  return waitStep(context, resources, { question }, async (session, answers) => {
    const survey = surveyOf(context.config, answers)
    const unchanged = await findUnchanged(context, { survey, folder, session })
    if (unchanged !== undefined) return reportUnchanged(context, resources, unchanged)

    const { expectedAfter, verifyStep } = await import('./steps.ts')
    const files = await folder.files()
    const request = { session, graph: files.graph, files, survey }
    return upgrade(context, resources, request, async (upgraded) => {
      const expected = expectedAfter(context, request, upgraded)
      const proof = await verifyStep(context, resources, { session, files, ...expected })
      return { ...upgraded, proof }
    })
  })
}

/** Lint, then the steps that write, under one lock that is taken only where there is work: extensions → migrate. */
export async function upgrade<T>(
  context: StepContext,
  resources: Resources,
  request: UpgradeRequest,
  then: (upgraded: Upgraded) => Promise<T>,
): Promise<T> {
  const { extensionsStep, lintStep, migrateStep, underLock } = await import('./steps.ts')
  await lintStep(context, request)
  const act = async (held: UnderLock) => {
    const extensions = await extensionsStep(context, resources, { ...request, ...held })
    const migration = await migrateStep(context, resources, { ...request, ...held, extensions })
    return { extensions, migration }
  }
  return underLock(context, resources, request, act, then)
}
