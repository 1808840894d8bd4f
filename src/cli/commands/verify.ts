import { GateError } from '../../errors/error.ts'
import { verifyStep } from '../../gate/pipeline.ts'
import { type RepairOutcome, repairIndexes } from '../../gate/repairing.ts'
import { type RevisionFiles, readRevisionFiles } from '../../gate/revision-files.ts'
import { describeProof, describeRepair } from '../../gate/summaries.ts'
import { type Resources, withUsableServer } from '../../gate/usable-server.ts'
import type { Session } from '../../postgres/session/session.ts'
import { targetVersions } from '../../revisions/target/plan.ts'
import { readBrokenIndexes } from '../../steps/verify/repair/catalog.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'
import { proofJson } from '../output/json.ts'
import { leftFailure, plannedRepair, repairLines, withRepair } from '../repaired.ts'
import { withResources } from '../resources.ts'

interface VerifyOptions extends CommonOptions {
  readonly strict?: boolean
  readonly repair?: boolean
  readonly dryRun?: boolean
}

/** Compares the live schema with the manifest, object by object; changes nothing but with --repair. */
export const verify: Command<VerifyOptions> = {
  name: 'verify',
  summary: 'compare the live schema with the manifest',
  kind: 'act',
  examples: ['pgate verify --strict', 'pgate verify --repair'],
  isQuery: ({ dryRun = false }) => dryRun,
  declare: (commander) => {
    commander
      .option('--strict', 'fail on objects that the manifest does not have, too')
      .option('--repair', 'first rebuild every invalid index of the database, concurrently')
      .option('--dry-run', 'with --repair: print what would be run; reads only')
  },
  run: async (context, { strict = false, repair: repairing = false, dryRun = false }) => {
    if (dryRun && !repairing) throw onlyWithRepair()
    const files = await readRevisionFiles(context.config)
    return withResources(context, (resources) =>
      withUsableServer(
        context,
        resources,
        async (session) => {
          if (dryRun) return plannedRepair(await readBrokenIndexes(session))
          const repair = repairing ? await repairStep(context, resources, session) : undefined
          return prove(context, resources, { session, files, strict, repair })
        },
        { needs: repairing && !dryRun ? 'write' : 'read' },
      ),
    )
  },
}

function repairStep(
  context: CommandContext,
  resources: Resources,
  session: Session,
): Promise<RepairOutcome> {
  return resources.steps.run(
    'repair',
    () => repairIndexes(context, resources, session),
    describeRepair,
  )
}

interface Proving {
  readonly session: Session
  readonly files: RevisionFiles
  readonly strict: boolean
  readonly repair: RepairOutcome | undefined
}

async function prove(
  context: CommandContext,
  resources: Resources,
  { session, files, strict, repair }: Proving,
): Promise<CommandOutput> {
  const expected = targetVersions(files.graph, context.config.target)
  const on = { session, files, expected, strict, how: 'look' } as const
  const proof = await verifyStep(context, resources, on).catch((error: unknown) => {
    throw repair === undefined ? error : withRepair(error, repair)
  })
  if (repair !== undefined && repair.left.length > 0 && proof.mode === 'off') {
    throw leftFailure(repair)
  }
  return {
    json: { ...proofJson(proof), ...repair },
    lines: [...(repair === undefined ? [] : repairLines(repair)), ...proof.told],
    verdict: describeProof(proof),
  }
}

function onlyWithRepair(): GateError {
  return new GateError('USAGE', '--dry-run says what --repair would do, and is of no use alone', {
    hint: 'Run pgate verify --repair --dry-run; pgate verify alone changes nothing.',
  })
}
