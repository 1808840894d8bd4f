import { GateError } from '../../errors/error.ts'
import {
  describeProof,
  describeRepair,
  type VerifyReport,
  verifyReport,
} from '../../gate/outcome.ts'
import { expectedVersions } from '../../gate/promised.ts'
import { lookAtSchema } from '../../gate/prove.ts'
import { type LeftIndex, type RepairOutcome, repairIndexes } from '../../gate/repair.ts'
import { type Resources, sideConnections } from '../../gate/resources.ts'
import { type RevisionFiles, readRevisionFiles } from '../../gate/revision-files.ts'
import { verifyStep } from '../../gate/steps.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import type { Session } from '../../postgres/session/session.ts'
import { type BrokenIndex, readBrokenIndexes } from '../../steps/verify/repair/catalog.ts'
import { repairStatement, treatmentOf } from '../../steps/verify/repair/plan.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'

interface VerifyOptions extends CommonOptions {
  readonly strict?: boolean
  readonly repair?: boolean
  readonly repairSql?: boolean
  readonly dryRun?: boolean
}

/** Compares the live schema with the manifest, object by object; changes nothing but with --repair. */
export const verify: Command<VerifyOptions> = {
  examples: ['pgate verify --strict', 'pgate verify --repair-sql', 'pgate verify --repair'],
  isQuery: ({ dryRun = false, repairSql = false }) => dryRun || repairSql,
  declare: (commander) => {
    commander
      .option('--strict', 'fail on objects that the manifest does not have, too')
      .option('--repair-sql', 'print a script for psql that repairs the drift; reads only')
      .option('--repair', 'first rebuild every invalid index of the database, concurrently')
      .option('--dry-run', 'with --repair: print what would be run; reads only')
  },
  run: async (context, options) => {
    const { strict = false, repair: repairing = false, dryRun = false, repairSql = false } = options
    if (dryRun && !repairing) throw onlyWithRepair()
    if (repairSql && repairing) throw notBoth()
    const files = await readRevisionFiles(context.config)
    const needs = repairing && !dryRun ? 'write' : 'read'
    return withUsableServer(context, { needs }, async (session, resources) => {
      if (dryRun) return plannedRepair(await readBrokenIndexes(session))
      if (repairSql) return printRepair(context, resources, { session, files, strict })
      const repair = repairing ? await repairStep(context, resources, session) : undefined
      return prove(context, resources, { session, files, strict, repair })
    })
  },
}

async function printRepair(
  context: CommandContext,
  resources: Resources,
  { session, files, strict }: Omit<Proving, 'repair'>,
): Promise<CommandOutput> {
  const { repairScript } = await import('../../steps/verify/drift/repair-script.ts')
  const { faults, migrator, repair } = await lookAtSchema(context, {
    session,
    files,
    strict,
    expected: await expectedVersions(context, session, files),
    sideConnections: sideConnections(resources),
    isRepairWanted: true,
  })
  const { statements, left } = repair ?? { statements: [], left: [] }
  const { schema } = context.config
  const sql = repairScript({ repair: { statements, left }, faults, migrator, schema })
  return { json: { sql, statements, left }, lines: [sql], isData: true }
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
): Promise<CommandOutput<VerifyReport & Partial<RepairOutcome>>> {
  const expected = await expectedVersions(context, session, files)
  const request = { session, files, expected, strict, how: 'look', isRepairWanted: true } as const
  const proof = await verifyStep(context, resources, request).catch((error: unknown) => {
    throw repair === undefined ? error : withRepair(error, repair)
  })
  if (repair !== undefined && repair.left.length > 0 && proof.mode === 'off') {
    throw leftFailure(repair)
  }
  return {
    json: { ...verifyReport(proof), ...repair },
    lines: [...(repair === undefined ? [] : repairLines(repair)), ...proof.notices],
    verdict: describeProof(proof),
  }
}

function notBoth(): GateError {
  return new GateError('USAGE', '--repair-sql prints statements, and --repair rebuilds indexes', {
    hint: 'Run pgate verify --repair first, then pgate verify --repair-sql.',
  })
}

function onlyWithRepair(): GateError {
  return new GateError('USAGE', '--dry-run says what --repair would do, and is of no use alone', {
    hint: 'Run pgate verify --repair --dry-run; pgate verify alone changes nothing.',
  })
}

/** `repaired  index public.i: rebuilt`, and `left` with the reason; a line each. Pure. */
function repairLines({ repaired, left }: RepairOutcome): readonly string[] {
  return [
    ...repaired.map(({ index, action }) => `repaired  index ${index}: ${action}`),
    ...left.map(leftLine),
  ]
}

/**
 * The failure of a verify that found something still after a repair, with what that repair did. Pure;
 * an error that is no GateError is returned as it is.
 */
function withRepair(error: unknown, repair: RepairOutcome): unknown {
  if (!(error instanceof GateError)) return error
  const { code, message, facts, hint, cause } = error
  const lines = repairLines(repair)
  if (lines.length === 0) return error
  return new GateError(code, [message, ...lines].join('\n'), {
    facts: { ...facts, ...repair },
    hint: repair.left.length === 0 ? hint : HINT,
    cause,
  })
}

/** Where verify does not look (PGATE_VERIFY=off), what was left shuts the gate by itself. */
function leftFailure(repair: RepairOutcome): GateError {
  const count = repair.left.length === 1 ? '1 index is' : `${repair.left.length} indexes are`
  const message = [`${count} broken still:`, ...repairLines(repair)].join('\n')
  return new GateError('VERIFY_STRUCTURE', message, { facts: { ...repair }, hint: HINT })
}

const HINT = 'See what stands under each index that was left, then run pgate verify --repair again.'

function leftLine({ index, why }: LeftIndex): string {
  return `left      index ${index}: ${why}`
}

/** What `--dry-run` prints: a line, and for `--json` an entry, for each broken index. Pure. */
function plannedRepair(broken: readonly BrokenIndex[]): CommandOutput {
  const plan = broken.map((index) => {
    const { name, table, definition } = index
    const treatment = treatmentOf(index)
    const why = treatment.kind === 'leave' ? treatment.why : undefined
    const sql = statementOf(index)
    return { index: name, table, definition, treatment: treatment.kind, sql, why }
  })
  const lines = plan.map(({ index, sql, why }) =>
    sql === undefined ? leftLine({ index, table: '', why: why ?? '' }) : `would run ${sql};`,
  )
  return { json: { plan }, lines: lines.length === 0 ? ['nothing to repair'] : lines }
}

function statementOf(index: BrokenIndex): string | undefined {
  const treatment = treatmentOf(index)
  if (treatment.kind === 'leave') return undefined
  return repairStatement(index, treatment.kind === 'drop later' ? { kind: 'drop' } : treatment)
}
