import { join } from 'node:path'
import { type Bench, fewer, type Workload } from '../harness/bench.ts'
import { type CaseResult, type Contestant, measureCase } from '../harness/case.ts'
import type { Command } from '../harness/command.ts'
import { psql, timed, turnsOf } from '../harness/contestants.ts'
import { writeFiles } from '../harness/files.ts'
import { withLink } from '../harness/link.ts'
import { scriptOf, tableRevisions } from '../harness/revisions.ts'
import { withEmptyDatabase } from '../harness/server.ts'

interface Variant {
  readonly id: string
  readonly revisions: number
  readonly rttMs: number
  /** How many times fewer runs than a short case. */
  readonly divisor: number
  /** Counts round trips as well: holding each answer back would take minutes in the larger cases. */
  readonly countsTurns?: true
}

const VARIANTS: readonly Variant[] = [
  { id: 'apply.100', revisions: 100, rttMs: 0, divisor: 1, countsTurns: true },
  { id: 'apply.100-rtt5', revisions: 100, rttMs: 5, divisor: 3 },
  { id: 'apply.1000', revisions: 1000, rttMs: 0, divisor: 3 },
  { id: 'apply.10000', revisions: 10_000, rttMs: 0, divisor: Number.POSITIVE_INFINITY },
]

/** A new database: every revision, each a table and an index, is pending. */
export const apply: Workload = {
  name: 'apply',
  cases: VARIANTS.map((variant) => ({ id: variant.id, run: (bench) => run(bench, variant) })),
}

async function run(bench: Bench, variant: Variant): Promise<CaseResult> {
  const { id, revisions, rttMs, divisor } = variant
  const count = bench.size(revisions)
  const floors = bench.has('psql') ? await psqlFloors(bench, count) : []
  const tools = bench.tools.map((tool) => ({
    name: tool.name,
    kind: tool.kind,
    prepare: () => bench.stock.folder(tool, count),
    command: (folder: string, url: string) => tool.apply({ folder, url }),
  }))
  return measureCase({
    id,
    title: `apply ${count}, ${rttMs === 0 ? 'on loopback' : `round-trip time ${rttMs} ms`}`,
    unit: 'ms',
    runs: fewer(bench, divisor),
    contestants: [...floors, ...tools].map((applier) => contestant(bench, applier, variant)),
  })
}

interface Applier extends Pick<Contestant, 'name' | 'kind'> {
  readonly prepare: () => Promise<string>
  readonly command: (path: string, url: string) => Command
}

function contestant(bench: Bench, applier: Applier, { rttMs, countsTurns }: Variant): Contestant {
  const { name, kind, prepare, command } = applier
  const onEmpty = async <T>(use: (path: string, url: string) => Promise<T>): Promise<T> => {
    const path = await prepare()
    return withEmptyDatabase(bench.server.url, name, (url) => use(path, url))
  }
  return {
    name,
    kind,
    measure: () =>
      onEmpty((path, url) => withLink(url, rttMs, (through) => timed(command(path, through)))),
    ...(countsTurns && {
      turns: () => onEmpty((path, url) => turnsOf(url, (through) => command(path, through))),
    }),
  }
}

/**
 * The same SQL without any tool: in one transaction, and that as one message, which is what
 * pipelining comes to; then, since PostgreSQL's default settings hold no more than some thousand
 * locks in one transaction, each statement in its own.
 */
async function psqlFloors(bench: Bench, count: number): Promise<readonly Applier[]> {
  const statements = tableRevisions(count).flatMap(({ up }) => up)
  const [script, message] = [`statements-${count}.sql`, `message-${count}.sql`]
  await writeFiles(bench.folder, [
    [script, scriptOf(statements)],
    [message, `${statements.join('\\;\n')};\n`],
  ])
  const floor = (name: string, file: string, flags: readonly string[]): Applier => ({
    name,
    kind: 'floor',
    prepare: async () => join(bench.folder, file),
    command: (path, url) => psql(url, [...flags, '-f', path]),
  })
  return [
    floor('psql, one message', message, []),
    floor('psql, one transaction', script, ['-1']),
    floor('psql, one by one', script, []),
  ]
}
