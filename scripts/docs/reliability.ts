import { EXIT_CODES } from '../../src/errors/exit-codes.ts'
import type { Fault, State } from '../../test/support/faults/fault.ts'
import { FAULTS } from '../../test/support/faults/faults.ts'
import { exitWords } from './exit-codes.ts'
import { next, page, table, wrap, writtenFrom } from './markdown.ts'
import { linkToCode } from './troubleshooting.ts'

/** docs/reliability.md: what pgate makes of each fault, as the tests hold it to. */
export function reliabilityPage(): string {
  return page([
    '# Reliability',
    writtenFrom('test/support/faults'),
    wrap(
      'What pgate makes of each fault. Each row is a test against a real PostgreSQL, which compares what happens with the row: exit code, error code, state and the state after the next run exactly, the time as a bound. After every one of them the next run opens the gate, with nothing fixed by hand in the database: every revision and every statement has then taken effect once.',
    ),
    wrap(
      'Every row uses two revisions. `aaa` makes the table `first`; `bbb` makes `second`, or in some rows builds the index `first_id` concurrently, between two inserts. The state is what the journal, the version table and the schema hold.',
    ),
    ...Object.entries(FAULTS).flatMap(([title, faults]) => [
      `## ${title}`,
      table(
        ['fault', 'what is done', 'verdict', 'within', 'state then', 'after the next run (0)'],
        Object.values(faults).map(row),
      ),
    ]),
    ...AFTERWORD,
    next(
      '[Troubleshooting](troubleshooting.md): each error code and what to do about it',
      '[Exit codes](exit-codes.md): which of them are worth another try',
      '[Chaos](chaos.md): the same faults at random moments, hundreds of them',
    ),
  ])
}

const AFTERWORD = [
  '## What it rests on',
  [
    'A revision, its version row and its journal row are one transaction. Where the answer to COMMIT is lost, pgate asks over a new connection what became of the transaction, for up to five seconds, and the last line says it: applied, or rolled back.',
    'What cannot run in a transaction is recorded statement by statement, and looked up in the catalog when it is resumed: [what a killed run leaves](decisions/0020-what-a-killed-run-leaves.md).',
    'Every time limit is measured by a clock that never jumps. The expiry of a [lease](decisions/0005-a-lease-behind-a-pooler.md) is on the clock of the server alone.',
    'A server whose machine is gone without a word is given up [after two minutes](decisions/0024-when-a-silent-server-is-given-up.md). One that is there and does not answer is waited for, since a long statement looks the same: `PGATE_DEADLINE` ends that.',
  ]
    .map((text) => `- ${wrap(text, 2)}`)
    .join('\n'),
]

function row(fault: Fault): readonly string[] {
  const heal = fault.heal === undefined ? '' : `once ${fault.heal}: `
  const next = isSame(fault.after, fault.next) ? 'the same' : stateCell(fault.next)
  const within = `${fault.withinS} s`
  return [fault.what, fault.done, verdict(fault), within, stateCell(fault.after), `${heal}${next}`]
}

function verdict({ exit, code }: Fault): string {
  if (exit === 'killed') return '137, killed'
  const words = `${EXIT_CODES[exit].number}, ${exitWords(exit)}`
  return code === undefined ? words : `${words}: ${linkToCode(code)}`
}

function stateCell({ journal, versions, schema }: State): string {
  if (journal.length + versions.length + schema.length === 0) return 'nothing'
  return [
    `journal: ${journal.join('; ')}`,
    `version: ${versions.join(', ')}`,
    `schema: ${schema.join(', ')}`,
  ].join('<br>')
}

function isSame(one: State, other: State): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
