import { TOOLS } from '../tools/all.ts'
import { pgate } from '../tools/pgate.ts'
import { programVersion } from '../tools/versions.ts'
import { WORKLOADS } from '../workloads/all.ts'
import { TIME_PROGRAM } from './memory.ts'
import type { Options } from './options.ts'
import type { Tool } from './tool.ts'

/** What of all that the benchmark knows is on this machine, and asked for. */
export interface Selection {
  readonly tools: readonly Tool[]
  /** By name; the programs of the floors as well. */
  readonly versions: Readonly<Record<string, string>>
  /** By name: asked for, and not here. */
  readonly missing: readonly string[]
}

/** Programs of the floors: psql is one of them. */
const PROGRAMS = ['psql', 'pg_isready', TIME_PROGRAM]

/**
 * Looks for the tools.
 * @throws Error for a name that is none
 */
export async function findTools({
  tools: names,
  also,
}: Pick<Options, 'tools' | 'also'>): Promise<Selection> {
  const unknown = names.find((name) => !TOOLS.some((tool) => tool.name === name))
  if (unknown !== undefined) throw new Error(`--tools: ${unknown} is not one of them`)
  const wanted = TOOLS.filter(({ name }) => names.length === 0 || names.includes(name))
  const all = [...wanted, ...also.map((program) => pgate(`pgate (${program})`, program))]
  const found = await Promise.all(
    all.map(async (tool) => ({ tool, version: await tool.version() })),
  )
  const programs = await Promise.all(
    PROGRAMS.map(async (name) => ({ name, version: await programVersion(name, ['--version']) })),
  )
  const named = [...found.map(({ tool, version }) => ({ name: tool.name, version })), ...programs]
  return {
    tools: found.flatMap(({ tool, version }) => (version === undefined ? [] : [tool])),
    versions: Object.fromEntries(
      named.flatMap(({ name, version }) => (version === undefined ? [] : [[name, version]])),
    ),
    missing: named.flatMap(({ name, version }) => (version === undefined ? [name] : [])),
  }
}

/** For `--list`. */
export function listing({ versions, missing }: Selection): string {
  const cases = WORKLOADS.map(
    ({ name, cases }) => `${name}: ${cases.map(({ id }) => id).join(' ')}`,
  )
  const here = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [...cases, `here: ${here.join(', ')}`, `not here: ${missing.join(', ') || 'none'}`].join(
    '\n',
  )
}
