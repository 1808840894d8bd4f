import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../../src/base/clock.ts'
import type { StepContext } from '../../../../src/config/context.ts'
import { loadConfig } from '../../../../src/config/load.ts'
import { GateError } from '../../../../src/errors/error.ts'
import {
  ConnectError,
  type ConnectFailure,
} from '../../../../src/postgres/connect/connect-failure.ts'
import type { ConnectOptions, Database } from '../../../../src/postgres/session/session.ts'
import { waitForServer } from '../../../../src/steps/wait/wait.ts'
import { SILENT_LOG } from '../../../support/cli/silent-log.ts'

const DOWN = failure('ECONNREFUSED', 'no response')
const PASSWORD = failure('28P01', 'accepting')
const UNUSABLE = failure('TLS_SETTINGS', 'no attempt')
const SYSTEM = { readFile: () => '', fileMode: () => 0o600, home: '/nowhere', userName: 'nobody' }

function failure(reason: string, ping: ConnectFailure['ping']): ConnectFailure {
  return { host: 'db:5432', ping, reason, message: `said ${reason}` }
}

/**
 * Time passes only by the pauses, which sleep on the gate's own signal: a wait of a minute takes
 * none. A time limit sleeps on a signal that ends it, and never fires here.
 */
function clockOfItsOwn(gate: AbortSignal): Clock & { readonly pauses: readonly number[] } {
  let now = 0
  const pauses: number[] = []
  return {
    pauses,
    now: () => now,
    date: () => new Date(now),
    random: () => 0.999,
    sleep: async (ms, signal) => {
      signal.throwIfAborted()
      if (signal !== gate) return new Promise<void>(() => {})
      pauses.push(ms)
      now += ms
    },
  }
}

/** No server: every attempt fails as the script says, the last line of it for ever. */
function failing(script: readonly ConnectFailure[]) {
  const asked: ConnectOptions[] = []
  const database: Database = {
    label: 'db:5432/app',
    exclusive: false,
    connect: async (options) => {
      asked.push(options)
      const next = script[asked.length - 1] ?? script.at(-1)
      throw new ConnectError(next === undefined ? [] : [next])
    },
  }
  return { database, asked }
}

async function run(script: readonly ConnectFailure[], env: Record<string, string> = {}) {
  const { signal } = new AbortController()
  const clock = clockOfItsOwn(signal)
  const events: { event: string; fields: unknown }[] = []
  const lines: string[] = []
  const { database, asked } = failing(script)
  const context: StepContext = {
    config: loadConfig({ DATABASE_URL: 'postgres://u:hush@db/app', ...env }, {}, SYSTEM),
    log: { ...SILENT_LOG, info: (event, _message, fields) => events.push({ event, fields }) },
    clock,
    signal,
    unanswered: new Set(),
    progress: (line) => lines.push(line),
  }
  const error = await waitForServer(context, database).catch((reason: unknown) => reason)
  if (!(error instanceof GateError)) throw error
  return { error, events, lines, asked, clock }
}

describe('waitForServer', () => {
  it('gives up on a server that stays down when the time is over', async () => {
    const { error, clock } = await run([DOWN], { PGATE_WAIT_TIMEOUT: '10s' })
    expect(error).toMatchObject({ code: 'NOT_READY', exitCode: 30, retriable: true })
    expect(error.facts).toMatchObject({
      host: 'db:5432',
      state: 'nothing listening',
      ping: 'no response',
      reason: 'ECONNREFUSED',
      waitedMs: 10_000,
    })
    expect(Math.round(clock.now())).toBe(10_000)
    expect(error.message).toContain('db:5432/app')
  })

  it('never says a password', async () => {
    const { error } = await run([PASSWORD])
    expect(JSON.stringify([error.message, error.hint, error.facts])).not.toContain('hush')
  })

  it('believes a refusal after the grace period, long before the time is over', async () => {
    const { error, clock } = await run([DOWN, PASSWORD], { PGATE_AUTH_GRACE: '5s' })
    expect(error).toMatchObject({ code: 'CONNECTION_REFUSED', exitCode: 31 })
    expect(error.facts).toMatchObject({ state: 'password refused', reason: '28P01' })
    expect(clock.now()).toBeGreaterThanOrEqual(5_000)
    expect(clock.now()).toBeLessThan(7_000)
  })

  it('counts the grace period again after an answer that is no refusal', async () => {
    const once = await run([PASSWORD], { PGATE_AUTH_GRACE: '5s' })
    const script = [PASSWORD, PASSWORD, PASSWORD, DOWN, PASSWORD]
    const twice = await run(script, { PGATE_AUTH_GRACE: '5s' })
    expect(twice.error.code).toBe('CONNECTION_REFUSED')
    expect(twice.clock.now()).toBeGreaterThan(once.clock.now())
  })

  it('believes a refusal at once without a grace period', async () => {
    const { error, asked } = await run([PASSWORD], { PGATE_AUTH_GRACE: '0s' })
    expect(error.code).toBe('CONNECTION_REFUSED')
    expect(asked).toHaveLength(1)
  })

  it.each(['28P01', '28000', '3D000'])('logs in five times at the most with %s', async (reason) => {
    const { error, asked, clock } = await run([failure(reason, 'accepting')])
    expect(error.code).toBe('CONNECTION_REFUSED')
    expect(asked.length).toBeLessThanOrEqual(5)
    expect(Math.min(...clock.pauses)).toBeGreaterThanOrEqual(1_000)
  })

  it('pauses longer, and never over six seconds, in a long grace period', async () => {
    const { clock } = await run([PASSWORD], { PGATE_AUTH_GRACE: '60s' })
    expect(Math.max(...clock.pauses)).toBeGreaterThan(4_000)
    expect(Math.max(...clock.pauses)).toBeLessThanOrEqual(6_000)
  })

  it('refuses at the end of a wait shorter than the grace period that met only refusals', async () => {
    const { error } = await run([PASSWORD], { PGATE_WAIT_TIMEOUT: '2s', PGATE_AUTH_GRACE: '5s' })
    expect(error.code).toBe('CONNECTION_REFUSED')
  })

  it('is not ready where a refusal came too late to be believed', async () => {
    const env = { PGATE_WAIT_TIMEOUT: '2s', PGATE_AUTH_GRACE: '5s' }
    const { error } = await run([DOWN, PASSWORD], env)
    expect(error.code).toBe('NOT_READY')
    expect(error.facts).toMatchObject({ state: 'password refused' })
  })

  it('does not wait at all where the settings cannot be used', async () => {
    const { error, asked } = await run([UNUSABLE])
    expect(error).toMatchObject({ code: 'CONNECTION_REFUSED', facts: { attempts: 1 } })
    expect(asked).toHaveLength(1)
  })

  it('reports a state once, and every attempt on the progress line', async () => {
    const { events, lines, asked } = await run([DOWN, DOWN, DOWN, PASSWORD])
    expect(events.map(({ fields }) => fields)).toMatchObject([
      { state: 'nothing listening', attempts: 1 },
      { state: 'password refused', attempts: 4 },
    ])
    expect(lines).toHaveLength(asked.length)
    expect(lines[0]).toBe('waiting for db:5432/app: nothing listening (0 s of 60 s)')
  })

  it('gives one host five seconds, and never much more than the time left', async () => {
    const { asked } = await run([DOWN], { PGATE_WAIT_TIMEOUT: '10s' })
    const timeouts = asked.map((options) => options.timeoutMs)
    expect(timeouts[0]).toBe(5_000)
    expect(timeouts.at(-1)).toBe(250)
    expect(Math.min(...timeouts)).toBe(250)
  })

  it('pauses as backoff says, and shortens the last pause to end in time', async () => {
    const { clock } = await run([DOWN], { PGATE_WAIT_TIMEOUT: '1s' })
    expect(clock.pauses.map(Math.round)).toEqual(Array(20).fill(50))
  })
})
