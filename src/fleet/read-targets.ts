import { createHash } from 'node:crypto'
import { escapeRegExp } from '../base/words.ts'
import { type Config, invalidConfig } from '../config/config.ts'
import { GateError } from '../errors/error.ts'
import type { RunContext } from '../gate/resources.ts'
import { withUsableServer } from '../gate/wait-step.ts'
import type { Session } from '../postgres/session/session.ts'
import { serverErrorOf } from '../postgres/sql/sqlstate.ts'
import type { Fields, Surroundings, Target } from './target.ts'
import { readTargetFile, targetsOfRows } from './target-list.ts'

/** Which targets of the list are meant. */
export interface Chosen {
  /** Patterns of names, `*` for any characters; none: all. */
  readonly only: readonly string[]
}

const QUERY = /^query:/i
/** Classes of SQLSTATE that say nothing of the query: the server goes, lacks something, or cancels. */
const OF_THE_MOMENT = /^(?:08|40|53|55|57|58|XX)/

/**
 * The targets of PGATE_FLEET that are meant, in the order of the list; the whole list is checked.
 * @throws {GateError} CONFIG_INVALID, USAGE where `only` fits no name; NOT_READY, CONNECTION_REFUSED
 */
export async function readTargets(
  context: RunContext,
  surroundings: Surroundings,
  { only }: Chosen,
): Promise<readonly Target[]> {
  const { config } = context
  const { fleet } = config
  const query = fleet !== undefined && QUERY.test(fleet) ? fleet.replace(QUERY, '') : undefined
  if (fleet === undefined || query?.trim() === '') {
    const found = fleet === undefined ? 'is not set' : 'has no query'
    const message = `${found}; name a file that lists targets, or write query: and a SELECT`
    throw invalidConfig([{ variable: 'PGATE_FLEET', message }])
  }
  const inShard = shardMeant(config)
  const all =
    query === undefined
      ? await readTargetFile(fleet, config, surroundings)
      : targetsOfRows(await askFor(context, query), config, surroundings)
  const named = namedBy(only)
  const meant = all.filter(({ name }) => named(name))
  if (meant.length === 0 && only.length > 0) throw nobody(only, all.length)
  return meant.filter(({ name }) => inShard(name))
}

/** Whether a name is in the shard that is meant. */
function shardMeant({ fleetShards: of, fleetShard: index }: Config): (name: string) => boolean {
  if (of === undefined) return () => true
  if (index !== undefined && index < of) return (name) => shardOf(name, of) === index
  const found = index === undefined ? 'is not set' : `found ${index}`
  const message = `${found}; PGATE_FLEET_SHARDS is ${of}: run an Indexed Job of as many completions, or give --shard 0 to --shard ${of - 1}`
  throw invalidConfig([{ variable: 'JOB_COMPLETION_INDEX', message }])
}

/**
 * The shard of a name, from 0, whatever else is in the list: a target that comes or goes while shards
 * run, or are run again, moves no other.
 */
export function shardOf(name: string, shards: number): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % shards
}

/** Whether a name fits one of the patterns; every name does where there is none. */
export function namedBy(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => true
  const sources = patterns.map((pattern) => pattern.split('*').map(escapeRegExp).join('.*'))
  const whole = new RegExp(`^(?:${sources.join('|')})$`, 'su')
  return (name) => whole.test(name)
}

function nobody(only: readonly string[], listed: number): GateError {
  return new GateError('USAGE', `no target has a name like ${only.join(' or ')}`, {
    facts: { only, listed },
    hint: 'See the names with pgate fleet --list; * stands for any characters.',
  })
}

/** Its rows; it may only read. */
async function askFor(context: RunContext, query: string): Promise<readonly Fields[]> {
  return withUsableServer(context, { needs: 'read' }, (session) => ask(session, query))
}

async function ask(session: Session, query: string): Promise<readonly Fields[]> {
  const texts = ['begin transaction read only', query, 'commit']
  const { results, failure } = await session.pipeline(texts.map((text) => ({ text })))
  if (failure === undefined) return results[1]?.rows ?? []
  const said = serverErrorOf(failure.error)
  if (failure.index !== 1 || said === undefined || OF_THE_MOMENT.test(said.sqlstate)) {
    throw failure.error
  }
  const message = `the query failed: ${said.message} (SQLSTATE ${said.sqlstate}); it is to return name and url, database or schema`
  throw invalidConfig([{ variable: 'PGATE_FLEET', message }])
}
