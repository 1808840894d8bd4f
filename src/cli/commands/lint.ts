import { resolve } from 'node:path'
import { Option } from 'commander'
import { type FolderFindings, type FolderLint, lintFolder } from '../../author/lint.ts'
import { throwawayServer } from '../../author/throwaway.ts'
import { counted } from '../../base/words.ts'
import { GateError } from '../../errors/error.ts'
import { loadFolder, tableNames } from '../../formats/formats.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import { readFacts } from '../../lint/facts.ts'
import type { Finding } from '../../lint/finding.ts'
import { countOf } from '../../lint/lint.ts'
import { describeFindings, findingLines, githubLines, withinRepository } from '../../lint/report.ts'
import { sarifOf } from '../../lint/sarif.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { revisionNamed } from '../../revisions/graph/named.ts'
import { parseRange, revisionsBetween } from '../../revisions/graph/ranges.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'

const REPORTS = ['text', 'github', 'sarif'] as const

interface LintOptions extends CommonOptions {
  readonly since?: string
  readonly strict?: boolean
  readonly offline?: boolean
  readonly trace?: boolean
  readonly shadowUrl?: string
  readonly report?: (typeof REPORTS)[number]
}

/** What a reviewer would say of revisions that are to be deployed; changes nothing. */
export const lint: Command<LintOptions> = {
  examples: ['pgate lint', 'pgate lint --since 567c --format github', 'pgate lint head --strict'],
  isQuery: ({ report = 'text' }) => report !== 'text',
  declare: (commander) => {
    commander
      .argument('[revisions...]', 'revisions, or from:to; without them those that are pending')
      .option('--since <revision>', 'all that come after it, as one deploy')
      .option('--strict', 'report what is for information alone, too')
      .option('--offline', 'do not ask the database; without a range, each revision is a deploy')
      .option('--no-trace', 'ask the rules alone, and run nothing on a throwaway database')
      .option('--shadow-url <url>', 'a server to run on, instead of the embedded PostgreSQL')
      .addOption(
        new Option('--report <form>', 'how to print; --format does, too')
          .choices(REPORTS)
          .default('text'),
      )
  },
  // As linters have it; of a folder's format it is no word.
  understand: ({ format, ...options }) => {
    const report = REPORTS.find((one) => one === format)
    if (report !== undefined) return { ...options, report }
    return format === undefined ? options : { ...options, format }
  },
  run: async (context, options) => {
    const graph = await loadFolder(context.config)
    const { trace = true, shadowUrl, strict = false } = options
    const server = trace ? throwawayServer(context, shadowUrl) : null
    const about = { graph, server, skip: context.config.lintSkip }
    const found = await lintHere(context, options, about)
    const findings = found.findings.filter(({ severity }) => strict || severity !== 'info')
    return outputOf(context, { ...found, findings }, options.report ?? 'text')
  },
}

/** With the database's own word where there is one: what it has applied is not linted. */
async function lintHere(
  context: CommandContext,
  options: LintOptions,
  about: Pick<FolderLint, 'graph' | 'server' | 'skip'>,
): Promise<FolderFindings> {
  const { graph } = about
  const wanted = revisionsWanted(graph, options)
  const isConnected = context.config.connection !== undefined || context.embedded !== undefined
  if (options.offline === true || !isConnected) {
    const deploys = wanted === undefined ? graph.order.map((one) => [one]) : [wanted]
    return lintFolder(context, { ...about, deploys })
  }
  return withUsableServer(context, { needs: 'read' }, async (session) => {
    const applied = graph.applied(await tableNames(context.config).history.read(session))
    const pending = (wanted ?? graph.order).filter(({ id }) => !applied.has(id))
    const live: FolderLint['live'] = (names) => readFacts(session, names, true)
    return lintFolder(context, { ...about, deploys: [pending], live })
  })
}

/** In the order in which they run; undefined where none was named. */
function revisionsWanted(
  graph: RevisionGraph,
  { args = [], since }: LintOptions,
): readonly Revision[] | undefined {
  if (since !== undefined && args.length > 0) throw eitherOr()
  if (since !== undefined) {
    const before = graph.ancestors([revisionNamed(graph, since)])
    return graph.order.filter(({ id }) => !before.has(id))
  }
  if (args.length === 0) return undefined
  const named = args.flatMap((text) => {
    if (!text.includes(':')) return [revisionNamed(graph, text)]
    const { from, to } = parseRange(text)
    return revisionsBetween(graph, { from, to }, new Set()).map(({ id }) => id)
  })
  return graph.order.filter(({ id }) => named.includes(id))
}

function eitherOr(): GateError {
  return new GateError('USAGE', '--since and named revisions are two ways to say the same', {
    hint: 'Leave one of them out.',
  })
}

function outputOf(
  { origin }: CommandContext,
  { findings, unread, untraced, count }: FolderFindings,
  report: NonNullable<LintOptions['report']>,
): CommandOutput {
  const notes = [
    ...unread.map(({ file, why }) => `${file}: not linted: ${why}`),
    ...(untraced === null ? [] : [`by the rules alone, not all was run: ${untraced}`]),
  ]
  const verdict = `${describeFindings(findings)} in ${counted(count, 'revision')}`
  const failed = countOf(findings, 'error') > 0
  const placed = withinRepository(findings, resolve())
  const printed = {
    text: () => [...findingLines(findings), ...notes],
    github: () => githubLines(placed),
    sarif: () => [JSON.stringify(sarifOf(placed, origin.version), null, 2)],
  }
  return {
    json: { findings, unread, untraced },
    lines: printed[report](),
    ...(report !== 'text' && { isData: true }),
    ...(report === 'text' && { verdict }),
    ...(failed && { failure: lintFailed(verdict, findings) }),
  }
}

function lintFailed(verdict: string, findings: readonly Finding[]): GateError {
  const rules = [...new Set(findings.map(({ rule }) => rule))]
  return new GateError('LINT_FAILED', verdict, { facts: { rules, count: findings.length } })
}
