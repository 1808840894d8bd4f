import { expect } from 'vitest'
import { EXIT_CODES } from '../../../src/errors/exit-codes.ts'
import type { Fault, State } from './fault.ts'
import { stateOf } from './state-of.ts'

/** How a run that met a fault ended. */
export interface Struck {
  /** `null` or 137 where it was killed. */
  readonly exitCode: number | null
  readonly stdout: string
  /** From the fault, or from its end, to the end of the process. */
  readonly tookMs: number
}

/** Where a fault happens, and how. */
export interface Scene {
  /** Of the superuser, past whatever is in the way; read once the fault is healed. */
  readonly url: () => string
  readonly strike: () => Promise<Struck>
  /** What makes the database readable again. */
  readonly reach?: () => Promise<void>
  /** What is to be done before the next run. */
  readonly heal?: () => Promise<void>
  readonly again: () => Promise<{ readonly exitCode: number | null; readonly stdout: string }>
}

/** Lets a fault happen and holds everything to its row: verdict, time, state, and the next run. */
export async function checkFault(fault: Fault, scene: Scene): Promise<void> {
  const { tookMs, ...struck } = await scene.strike()
  const verdict = { exit: exitName(struck.exitCode), code: codeIn(struck.stdout) }
  expect(verdict, struck.stdout).toEqual({ exit: fault.exit, code: fault.code })
  if (fault.says !== undefined) expect(struck.stdout).toMatch(fault.says)
  expect(tookMs).toBeLessThan(fault.withinS * 1000)
  await scene.reach?.()
  expect(await settled(scene.url(), fault.after)).toEqual(fault.after)
  await scene.heal?.()
  const next = await scene.again()
  expect(exitName(next.exitCode), next.stdout).toBe('open')
  expect(await stateOf(scene.url())).toEqual(fault.next)
}

/** The server rolls a lost session back in its own time. */
async function settled(url: string, wanted: State): Promise<State> {
  for (let look = 0; ; look += 1) {
    const state = await stateOf(url)
    if (look === 50 || JSON.stringify(state) === JSON.stringify(wanted)) return state
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function exitName(exitCode: number | null): string {
  if (exitCode === null || exitCode === 137) return 'killed'
  const found = Object.entries(EXIT_CODES).find(([, { number }]) => number === exitCode)
  return found?.[0] ?? `exit code ${exitCode}`
}

function codeIn(stdout: string): string | undefined {
  return /^gate shut \(exit \d+, ([A-Z_]+)\)/m.exec(stdout)?.[1]
}
