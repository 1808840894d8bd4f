import { type RoundTrip, roundTrips } from '../../author/round-trip.ts'
import { readSeed } from '../../author/seed.ts'
import { throwawayServer } from '../../author/throwaway.ts'
import { counted } from '../../base/words.ts'
import { GateError } from '../../errors/error.ts'
import { loadFolder } from '../../formats/formats.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { revisionNamed } from '../../revisions/graph/named.ts'
import { upgradePlan } from '../../revisions/target/plan.ts'
import { planUpgrade } from '../../steps/migrate/migrate.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'

interface TestOptions extends CommonOptions {
  readonly all?: boolean
  readonly shadowUrl?: string
}

/** Takes revisions up, down and up again in a throwaway database. */
export const test: Command<TestOptions> = {
  examples: ['pgate test', 'pgate test --all --test-seed seed.sql', 'pgate test 972fc63ffb69:head'],
  declare: (commander) => {
    commander
      .argument('[revisions]', 'one, or from:to without from; else the pending ones')
      .option('--all', 'every revision, whatever the database has')
      .option('--shadow-url <url>', 'a server to try on, instead of the embedded PostgreSQL')
  },
  run: async (context, { args: [wanted] = [], all = false, shadowUrl }) => {
    const { config } = context
    const server = throwawayServer(context, shadowUrl)
    const graph = await loadFolder(config)
    const revisions = await revisionsMeant(
      context,
      graph,
      wanted ?? (all ? 'base:heads' : undefined),
    )
    const { testSeed } = config
    const rows = testSeed === undefined ? { file: '', statements: [] } : await readSeed(testSeed)
    const request = { graph, revisions, place: { server }, seed: rows }
    const trips = await roundTrips(context, request)
    const broken = trips.filter(({ outcome }) => outcome === 'not restored')
    if (broken.length > 0) throw notRestored(trips, broken)
    return report(trips)
  },
}

/** Without a name: what the database lacks; without a database, all. */
async function revisionsMeant(
  context: CommandContext,
  graph: RevisionGraph,
  wanted: string | undefined,
): Promise<readonly Revision[]> {
  const { config, embedded } = context
  if (wanted === undefined) {
    if (config.connection === undefined && embedded === undefined) return graph.order
    const all = { config: { ...config, phase: 'all' } } as const
    const plan = await withUsableServer(context, { needs: 'read' }, (session) =>
      planUpgrade(all, session, { graph, target: 'heads' }),
    )
    return plan.prepared.map(({ revision }) => revision)
  }
  const [from = '', to] = wanted.split(':')
  if (to === undefined) {
    const id = revisionNamed(graph, from)
    return graph.order.filter((revision) => revision.id === id)
  }
  const start = from === '' || from === 'base' ? [] : [revisionNamed(graph, from)]
  return upgradePlan(graph, new Set(start), to === '' ? 'heads' : to)
}

function report(trips: readonly RoundTrip[]): CommandOutput {
  const skipped = trips.filter(({ outcome }) => outcome === 'skipped').length
  const tried = `${counted(trips.length - skipped, 'revision')} up, down and up again`
  return {
    json: { revisions: trips.map(jsonOf) },
    lines: trips.flatMap(linesOf),
    verdict:
      trips.length === 0
        ? 'no revision is pending; pgate test --all tries every one'
        : `${tried}, each as it was${skipped === 0 ? '' : `; ${skipped} skipped`}`,
  }
}

function notRestored(trips: readonly RoundTrip[], broken: readonly RoundTrip[]): GateError {
  const lines = trips.filter(({ outcome, notes }) => outcome !== 'restored' || notes.length > 0)
  const first = broken[0]?.revision
  return new GateError(
    'ROUND_TRIP',
    [
      `${counted(broken.length, 'revision')} of ${trips.length} not as before:`,
      ...lines.flatMap(linesOf),
    ].join('\n'),
    {
      facts: { revisions: trips.map(jsonOf) },
      hint: `Correct the downgrade section of ${first?.file}; then run pgate test ${first?.id}`,
    },
  )
}

function linesOf({ revision, outcome, notes, differences }: RoundTrip): readonly string[] {
  return [
    `${outcome.padEnd('not restored'.length)}  ${revision.id}  ${revision.file}`,
    ...notes.map((note) => `  note: ${note}`),
    ...differences.flatMap(({ after, key, message, repair = [] }) => {
      const what = key === null ? `it failed: ${message}` : `${key} ${message}`
      return [`  ${after}: ${what}`, ...repair.map((sql) => `    ${sql}`)]
    }),
  ]
}

function jsonOf({ revision, ...trip }: RoundTrip) {
  const { id, file, message } = revision
  return { revision: id, file, message, ...trip }
}
