import { TIME_PROGRAM } from '../harness/memory.ts'
import type { Results } from '../harness/results.ts'
import { type Goal, goalsOf } from './goals.ts'
import { type Cells, tableOf } from './table.ts'

/** The page `benchmarks.md`: what was measured, how, and all the figures of one run. */
export function pageOf(results: Results): string {
  return `${[
    '# Benchmarks',
    opening(results),
    '![Medians as bars](benchmarks.svg)',
    ...(results.scale === 1 ? [goalSection(goalsOf(results.cases))] : []),
    ...results.cases.map(
      (result) => `## ${upperFirst(result.title)}\n\n${markdown(tableOf(result))}`,
    ),
    METHOD,
    ...(results.leftOut.length > 0 ? [leftOutSection(results.leftOut)] : []),
  ].join('\n\n')}\n`
}

function opening({ measuredAt, command, machine, server, versions, runs }: Results): string {
  const named = Object.entries(versions)
    .filter(([name]) => !HELPERS.has(name))
    .map(([name, version]) => `${name} ${version}`)
  return `Written by \`${command}\` on ${measuredAt.slice(0, 10)}.

- A short case was run ${runs} times, a long one less often, on ${machine}.
- ${server}; ${named.join(', ')}.

Your figures will be others: compare those of one table with one another.
[benchmarks.json](benchmarks.json) has them all.`
}

/** What a reader does not ask the version of. */
const HELPERS: ReadonlySet<string> = new Set(['pgate upgrade', 'pg_isready', TIME_PROGRAM])

function goalSection(goals: readonly Goal[]): string {
  const verdict = ({ reached }: Goal) =>
    reached === undefined ? '' : reached ? 'reached' : '**missed**'
  const lines = goals.map((goal) => [goal.what, goal.wanted, goal.found, verdict(goal)])
  const table = markdown([['', 'wanted', 'found', ''], ...lines], '---|')
  return `## What pgate is held to\n\n${table}`
}

const METHOD = `## How it is measured

- The tools of a table run turn by turn (A B C A B C), after one round that is not counted, each on a
  database of its own, with nothing in their environment but PATH, HOME and their own variables.
- A time is that of the whole process, from just before it is started until it has ended. \`psql\`
  and \`node -e 0\` are floors: the work without a tool, and Node.js without work.
- \`pgate\` is the whole gate: it waits, sets up extensions, migrates and verifies. \`pgate upgrade\`
  migrates alone, as its peers do.
- The distance is a proxy that holds every packet for half of the round-trip time, and lets opening a
  connection take a whole one. Nothing asks for TLS.
- Round trips are counted by another proxy, which holds an answer until the client has sent all that
  it sends unasked. Those up to the end of the authentication stand before the plus sign.
- Memory is the kernel's figure for the whole run, by \`/usr/bin/time -f %M\`.
- PostgreSQL has its default settings and writes to disk safely, unless \`--no-fsync\` is given.
- A tool is called as its manual says; a library without a command of its own by the programs in
  \`bench/programs/\`. Each gets the same SQL in its own format.`

function leftOutSection(leftOut: readonly string[]): string {
  return `## Left out\n\n${leftOut.map((line) => `- ${line}`).join('\n')}`
}

function markdown([headings = [], ...lines]: Cells, others = '---:|'): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`
  const rule = `|---|${others.repeat(headings.length - 1)}`
  return [line(headings), rule, ...lines.map(line)].join('\n')
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|')
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
