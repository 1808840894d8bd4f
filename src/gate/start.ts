import type { StepContext } from '../config/context.ts'
import { tableNames } from '../formats/formats.ts'
import type { Session } from '../postgres/session/session.ts'
import { warnOf } from './extra-warnings.ts'
import type { GateOutcome, Known } from './pipeline.ts'
import { describeExtensions, describeMigration, describeProof } from './summaries.ts'
import type { MigrationsFolder } from './unchanged/migrations-folder.ts'
import { type Survey, surveyOf, surveyStatements } from './unchanged/survey.ts'
import { type Unchanged, unchangedSince } from './unchanged/unchanged.ts'
import { type Resources, withUsableServer } from './usable-server.ts'

/**
 * The gate from its start: waits, and where nothing has changed since it was last open, opens it at
 * once, by the one round trip that the wait has made anyway. Otherwise goes through the steps, which
 * are loaded then. Returns where it is open, and throws the GateError that shuts it.
 * @see docs/decisions/0027-proof-by-one-round-trip.md
 */
export async function startGate(
  context: StepContext,
  resources: Resources,
  folder: MigrationsFolder,
): Promise<GateOutcome> {
  const names = tableNames(context.config)
  const question = {
    statements: surveyStatements(names, context.config.extensions),
    meanwhile: folder.isAsIndexed,
  }
  return withUsableServer(
    context,
    resources,
    async (session, answers) => {
      const survey = surveyOf(names, answers)
      if (survey !== undefined && (await folder.isAsIndexed())) {
        const on = { survey, index: folder.index, server: session.server.major }
        const unchanged = unchangedSince(context, on)
        if (unchanged !== undefined) return passAtOnce(context, resources, unchanged)
      }
      const { passGate } = await import('./pipeline.ts')
      const files = await folder.files()
      return passGate(context, resources, {
        session,
        files,
        known: survey && knownFrom(survey, session),
      })
    },
    { question },
  )
}

/** What the steps would have to ask for otherwise, a round trip each. */
function knownFrom({ installed, tables, processId }: Survey, session: Session): Known {
  const isPooled = processId !== session.processId
  return { installed, tables, isPooled }
}

/** Each step is told as ever: who reads the log sees what was found, and not how. */
async function passAtOnce(
  context: StepContext,
  { steps }: Resources,
  { extensions, migration, proof }: Unchanged,
): Promise<GateOutcome> {
  const { log, config } = context
  for (const note of extensions.notes) log.warn('extension.note', note)
  warnOf(context, proof.warnings)
  const wanted = config.extensions
  await steps.run(
    'extensions',
    async () => extensions,
    (plan) => describeExtensions(plan, wanted),
  )
  await steps.run('migrate', async () => migration, describeMigration)
  await steps.run('verify', async () => proof, describeProof)
  return { migration, proof }
}
