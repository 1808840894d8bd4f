import type { LintRule } from '../config/choices.ts'
import type { Revision } from '../revisions/file/revision.ts'
import { Deploy } from './deploy.ts'
import { effectsOf } from './effects.ts'
import type { FactsWanted, SchemaFacts } from './facts.ts'
import type { Finding, RuleContext, Severity } from './finding.ts'
import { RULES } from './rules.ts'
import { schemasOf } from './search-path.ts'
import type { LintStatement } from './statement.ts'
import { type LintRevision, readForLint } from './statements.ts'
import { deniedBy, type Raised, raisedBy, type Traced } from './traced.ts'
import { everyNode, namesIn, relationsIn } from './tree.ts'

/** What is linted, and with which knowledge. */
export interface LintRequest {
  /** One deploy, in the order in which it runs: what it makes is new to all of it. */
  readonly revisions: readonly Revision[]
  /** The schema of names that have none. */
  readonly schema: string
  /** Rules that are not asked. */
  readonly skip: readonly LintRule[]
  /** True where one of the folder's revisions is a contract one: the others then are not. */
  readonly hasPhases?: boolean
  /** What the database says of what the statements name; absent: none is asked. */
  readonly facts?: (wanted: FactsWanted) => Promise<SchemaFacts>
  /** Runs each statement on the throwaway database; absent: the rules alone are asked. */
  readonly tracer?: Tracer
}

/** Where a statement stands among those that are committed together. */
export interface Place {
  readonly isFirst: boolean
  readonly isLast: boolean
  /** Its revision is run as a whole, since not all of it can be looked at. */
  readonly isWhole: boolean
}

/** Runs revisions statement by statement, in their order. */
export interface Tracer {
  /** Before the first of a deploy: what is there now is there before it. */
  start(wanted: FactsWanted): Promise<SchemaFacts>
  begin(revision: LintRevision): Promise<void>
  /** Undefined where the statement cannot be run there, or one before it failed. */
  run(statement: LintStatement, place: Place): Promise<Traced | undefined>
  end(revision: LintRevision): Promise<void>
}

/** What became of a deploy. */
export interface LintOutcome {
  /** In the order of the statements. */
  readonly findings: readonly Finding[]
  /** Revisions whose statements no rule has seen, and why. */
  readonly unread: readonly {
    readonly revision: string
    readonly file: string
    readonly why: string
  }[]
  readonly count: number
}

/**
 * Lints the revisions of one deploy: what each statement does to tables that were there before it. Reads
 * alone; what the database says, and the trace, take findings away, and add those that no rule
 * could see.
 * @see docs/lint.md
 */
export async function lintDeploy(request: LintRequest): Promise<LintOutcome> {
  const { revisions, tracer } = request
  const read: LintRevision[] = []
  for (const revision of revisions) read.push(await readForLint(revision))
  const wanted = wantedBy(read, request.schema)
  const stood = await tracer?.start(wanted)
  const facts = (await request.facts?.(wanted)) ?? stood
  const deploy = new Deploy(facts)
  const findings: Finding[] = []
  const said = new Set<string>()
  for (const one of read) {
    await tracer?.begin(one)
    const schemas = schemasOf(one.statements, request.schema)
    const phase = one.revision.phase ?? (request.hasPhases ? ('expand' as const) : undefined)
    for (const [index, statement] of one.statements.entries()) {
      const schema = schemas[index] ?? request.schema
      const effects = effectsOf(statement.node, { deploy, facts, schema, text: statement.text })
      const { transaction } = one
      const context = { deploy, facts, effects, transaction, schema, phase }
      const isOther = (by: number) =>
        one.statements[index + by]?.transaction !== statement.transaction
      const place = { isFirst: isOther(-1), isLast: isOther(1), isWhole: one.isWhole }
      const traced = await tracer?.run(statement, place)
      const found = findingsOf({ statement, context, traced, revision: one }, request.skip)
      findings.push(...found.filter((finding) => isNews(said, finding, statement)))
      deploy.note(statement, effects, schema)
    }
    findings.push(...one.faults.map((fault) => faultOf(one, fault)))
    await tracer?.end(one)
  }
  const unread = read.flatMap(({ revision, file, unread: why }) =>
    why === undefined ? [] : [{ revision: revision.id, file, why }],
  )
  return Object.freeze({ findings, unread, count: revisions.length })
}

function isNews(
  said: Set<string>,
  { rule, severity }: Finding,
  { transaction }: LintStatement,
): boolean {
  if (RULES.find(({ id }) => id === rule)?.isOnce !== true) return true
  const key = `${transaction} ${rule} ${severity}`
  return !said.has(key) && said.add(key) !== undefined
}

function wantedBy(read: readonly LintRevision[], schema: string): FactsWanted {
  const nodes = read.flatMap(({ statements }) => statements.map(({ node }) => node))
  const last = (kind: string, key: 'names' | 'funcname') =>
    nodes.flatMap((node) =>
      everyNode<Readonly<Record<string, Parameters<typeof namesIn>[0]>>>(node, kind).flatMap(
        (one) => namesIn(one[key]).at(-1) ?? [],
      ),
    )
  return {
    relations: read.flatMap(({ statements }) => {
      const schemas = schemasOf(statements, schema)
      return statements.flatMap(({ node }, index) => relationsIn(node, schemas[index] ?? schema))
    }),
    types: [...new Set(last('typeName', 'names'))],
    functions: [...new Set(last('FuncCall', 'funcname'))],
  }
}

interface Looked {
  readonly statement: LintStatement
  readonly context: RuleContext
  readonly traced: Traced | undefined
  readonly revision: LintRevision
}

/** What the rules and the trace say of one statement, without what its `allow` lines let pass. */
function findingsOf(looked: Looked, skip: readonly LintRule[]): readonly Finding[] {
  const { statement, context, traced } = looked
  const ruled: readonly Raised[] = RULES.flatMap((rule) =>
    [...rule.find(statement, context)].map((found) => {
      const isNew = found.table !== undefined && !context.deploy.isBefore(found.table)
      const silent =
        found.silent ??
        (rule.sparesNewTables && isNew ? 'this deploy makes the table' : undefined) ??
        deniedBy(traced, rule, found)
      return { ...found, silent, rule, by: 'rule' as const }
    }),
  )
  const raised = [...ruled, ...raisedBy(traced, { statement, context, ruled })]
  const allowed = new Set(statement.allows.flatMap(({ rules }) => rules))
  const used = new Set(raised.map(({ rule }): string => rule.id))
  return [
    ...raised
      .filter(
        ({ silent, rule }) =>
          silent === undefined && !allowed.has(rule.id) && !skip.includes(rule.id),
      )
      .map((one) => toFinding(looked, one)),
    ...statement.allows.flatMap(({ line, rules }) =>
      rules
        .filter((rule) => !used.has(rule))
        .map((rule) =>
          faultOf(looked.revision, {
            ...{ line, message: `the statement below has nothing that ${rule} would find` },
            remedy: 'take the line out',
          }),
        ),
    ),
  ]
}

const FAULT_WHY = 'What a file allows has to be true, or the next reader believes it.'

function faultOf(
  { revision, file }: LintRevision,
  { line, message, remedy }: LintRevision['faults'][number],
): Finding {
  return Object.freeze({
    ...{ rule: 'allow', severity: 'error', file, line, column: 1, revision: revision.id },
    ...{ message, why: FAULT_WHY, safe: `-- ${remedy.replace(/^-- /, '')}`, facts: [], by: 'rule' },
  } as const)
}

function toFinding(
  { statement, revision }: Looked,
  { rule, by, message, safe, severity, facts = [] }: Raised,
): Finding {
  const { file, line, column } = statement
  return Object.freeze({
    ...{ rule: rule.id, severity: severity ?? rule.severity, file, line, column },
    ...{ revision: revision.revision.id, message, why: rule.why, safe, facts, by },
  })
}

/** Those of a severity. */
export function countOf(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((one) => one.severity === severity).length
}
