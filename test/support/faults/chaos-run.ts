import { setTimeout as delay } from 'node:timers/promises'
import { EXIT_CODES } from '../../../src/errors/exit-codes.ts'
import { type PgateResult, type RunningPgate, startPgate } from '../cli/cli.ts'
import type { SteeredServer } from '../servers/steered-server.ts'

/** How much of what is to befall a run. */
export interface Chaos {
  /** SIGKILLs of pgate, each alone; one of ten falls early, before or after the work begins. */
  readonly kills: number
  /** Immediate shutdowns of the server; every other one takes pgate along. */
  readonly shutdowns: number
  /** From 0 to 1. */
  readonly random: () => number
}

/** What a chaotic run is made of. */
export interface ChaosRun {
  readonly env: Readonly<Record<string, string>>
  readonly server: Pick<SteeredServer, 'start' | 'stop'>
  /** The ids in the order of an undisturbed run, each with the time that it took there. */
  readonly durations: ReadonlyMap<string, number>
}

/** What befell it. */
export interface Tally {
  readonly kills: number
  /** Kills while a revision was under way: between its first statement and the end of its commit. */
  readonly killsInRevision: number
  readonly shutdowns: number
  readonly shutdownsInRevision: number
  /** How often a gate took up a revision in the midst of its statements. */
  readonly resumed: number
  /** Gates that gave up by themselves with a code that says: try again. */
  readonly gaveUp: readonly number[]
}

interface Blow {
  readonly kind: 'kill' | 'shutdown'
  /** The place of the first revision that it may befall. */
  readonly due: number
  /** How far into a revision, as a part of the time that it took undisturbed. */
  readonly into: number
  readonly both: boolean
  /** A kill so long after a gate's start, in milliseconds, wherever that finds it. */
  readonly afterStart?: number
}

/** A start takes a fifth of a second on a quiet machine. */
const START_MS = 250

/**
 * Starts gates one after the other and lets each blow fall on one that works; leaves the last
 * revisions to an undisturbed gate. A gate is always started again with the same call, as a
 * platform would.
 * @throws Error where a gate ends with a code that a platform would not try again
 */
export async function sufferChaos(run: ChaosRun, chaos: Chaos): Promise<Tally> {
  const tally = { kills: 0, killsInRevision: 0, shutdowns: 0, shutdownsInRevision: 0, resumed: 0 }
  const gaveUp: number[] = []
  for (const blow of blows(chaos, run.durations.size)) {
    const gate = await gateFor(run, blow, gaveUp)
    if (blow.kind === 'kill' || blow.both) gate.kill('SIGKILL')
    if (blow.kind === 'kill') {
      tally.kills += 1
      tally.killsInRevision += workOf(gate).running === undefined ? 0 : 1
      await gate.ended
    } else {
      await run.server.stop('immediate')
      tally.shutdowns += 1
      tally.shutdownsInRevision += workOf(gate).running === undefined ? 0 : 1
      const result = await gate.ended
      if (!blow.both) noteEnd(result, gaveUp)
      await run.server.start()
    }
    tally.resumed += gate.output().stderr.split('"revision.resume"').length - 1
  }
  return { ...tally, gaveUp }
}

/**
 * In the order in which they fall. The last revisions are left alone: a gate goes on for a moment
 * until its blow falls, and is not to be ready before.
 */
function blows({ kills, shutdowns, random }: Chaos, revisions: number): readonly Blow[] {
  const left = Math.min(20, Math.ceil(revisions * 0.3))
  const some = (number: number, kind: Blow['kind']): readonly Blow[] =>
    Array.from({ length: number }, (_, index) => ({
      kind,
      due: Math.floor(random() * (revisions - left)),
      into: random(),
      ...(kind === 'kill' && index % 10 === 9 && { afterStart: random() * START_MS }),
      both: kind === 'shutdown' && index % 2 === 1,
    }))
  return [...some(kills, 'kill'), ...some(shutdowns, 'shutdown')].sort((a, b) => a.due - b.due)
}

/** A gate that has come to where the blow is to fall. */
async function gateFor(run: ChaosRun, blow: Blow, gaveUp: number[]): Promise<RunningPgate> {
  if (blow.afterStart !== undefined) {
    const gate = startGate(run)
    await delay(blow.afterStart)
    return gate
  }
  const gate = await gateAt(run, blow.due, gaveUp)
  await delay(blow.into * (run.durations.get(workOf(gate).running ?? '') ?? 0))
  return gate
}

function startGate({ env }: ChaosRun): RunningPgate {
  return startPgate([], { env: { ...env, PGATE_LOG_LEVEL: 'debug' } })
}

/** A gate that has just begun with the revision of that place, or with one behind it. */
async function gateAt(run: ChaosRun, due: number, gaveUp: number[]): Promise<RunningPgate> {
  const ids = [...run.durations.keys()].slice(due)
  const running = new RegExp(`"revision\\.running","revision":"(?:${ids.join('|')})"`)
  for (;;) {
    const gate = startGate(run)
    const begun = await gate.says(running).then(
      () => true,
      () => false,
    )
    if (begun) return gate
    noteEnd(await gate.ended, gaveUp)
  }
}

/** The revision that a gate says it runs, where it does not yet say that it ran it. */
export function workOf(gate: Pick<RunningPgate, 'output'>): { readonly running?: string } {
  const reported = [
    ...gate.output().stderr.matchAll(/"revision\.(running|applied)","revision":"([^"]+)"/g),
  ]
  const [, event, revision] = reported.at(-1) ?? []
  return event === 'running' && revision !== undefined ? { running: revision } : {}
}

const RETRIABLE = Object.values(EXIT_CODES).flatMap((code) => (code.retriable ? [code.number] : []))

function noteEnd({ exitCode, stdout, stderr }: PgateResult, gaveUp: number[]): void {
  if (exitCode === null || !RETRIABLE.some((code) => code === exitCode)) {
    throw new Error(`a gate that works ended with ${exitCode}:\n${stdout}${stderr.slice(-4000)}`)
  }
  gaveUp.push(exitCode)
}

/** Numbers from 0 to 1, always the same ones for a seed (mulberry32). */
export function randomOf(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
