import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import { tableNames } from '../formats/formats.ts'
import { readFacts } from '../lint/facts.ts'
import type { Finding } from '../lint/finding.ts'
import { countOf, lintDeploy } from '../lint/lint.ts'
import { describeFindings, findingLine } from '../lint/report.ts'
import type { Revision } from '../revisions/file/revision.ts'
import { upgradePlan } from '../revisions/target/plan.ts'
import type { UpgradeRequest } from './steps.ts'

/**
 * Lints what is pending, by the rules and what the database says of its tables; logs each finding, or
 * refuses. A database that has no revision yet has no table that anybody uses, and is not asked.
 * @throws {GateError} LINT_FAILED with PGATE_LINT=refuse, before anything is touched
 */
export async function lintPending(context: StepContext, request: UpgradeRequest): Promise<void> {
  const { config, log } = context
  const revisions = await pendingRevisions(context, request)
  if (revisions.length === 0) return
  const hasPhases = request.graph.order.some(({ phase }) => phase === 'contract')
  const lint = { revisions, schema: config.schema, skip: config.lintSkip, hasPhases }
  const isWorth = ({ findings }: { readonly findings: readonly Finding[] }) =>
    findings.some(isReported)
  // Most revisions are in peace whatever the database says: then it is not asked.
  if (!isWorth(await lintDeploy(lint))) return
  const facts = (wanted: Parameters<typeof readFacts>[1]) =>
    readFacts(request.session, wanted, true)
  const findings = (await lintDeploy({ ...lint, facts })).findings.filter(isReported)
  if (config.lint === 'refuse' && countOf(findings, 'error') > 0) throw refused(findings)
  for (const finding of findings) {
    const { rule, severity, file, line, revision } = finding
    log.warn('lint.finding', findingLine(finding), { rule, severity, file, line, revision })
  }
}

/** What an `allow` line says wrongly is for `pgate lint` to report, where the file is written. */
function isReported({ severity, rule }: Finding): boolean {
  return severity !== 'info' && rule !== 'allow'
}

async function pendingRevisions(
  { config }: StepContext,
  { graph, session, survey }: UpgradeRequest,
): Promise<readonly Revision[]> {
  if (survey?.tables.versions === false) return []
  try {
    const versions =
      survey?.kept === undefined
        ? await tableNames(config).history.read(session)
        : new Set(survey.kept.versions)
    if (versions.size === 0) return []
    return upgradePlan(graph, versions, config)
  } catch (error) {
    // Whatever is wrong with the target, the table or its rows, the migrate step says in its own words.
    if (error instanceof GateError) return []
    throw error
  }
}

function refused(findings: readonly Finding[]): GateError {
  const lines = findings.map((one) => `  ${one.severity}: ${findingLine(one)}`)
  const message = [`lint refuses what is pending, ${describeFindings(findings)}:`, ...lines]
  return new GateError('LINT_FAILED', message.join('\n'), {
    facts: { rules: [...new Set(findings.map(({ rule }) => rule))], count: findings.length },
    hint: 'Write it the safe way that `pgate lint` shows, or put `-- pgate: allow <rule> because <reason>` right above the statement, and build the image again; nothing was run.',
  })
}
