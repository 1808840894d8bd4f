import { describe, expect, it } from 'vitest'
import { ConnectError } from '../../src/postgres/connect/connect-failure.ts'
import { databaseOf, stepContext } from '../support/cli/step.ts'
import { withClient } from '../support/database/query.ts'
import {
  type SteeredServer,
  steeredImages,
  withSteeredServer,
} from '../support/servers/steered-server.ts'

/** @see https://www.postgresql.org/docs/current/app-pg-isready.html (Exit Status) */
const ANSWERS = ['accepting', 'rejecting', 'no response', 'no attempt'] as const
type Answer = (typeof ANSWERS)[number]

/** What one attempt says of the server, whether or not the role and the database are right. */
async function pgate(url: string, timeoutMs = 5_000): Promise<Answer | undefined> {
  const database = databaseOf(stepContext({ DATABASE_URL: url }))
  try {
    const session = await database.connect({ timeoutMs, signal: new AbortController().signal })
    await session.close()
    return 'accepting'
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    return error.failures[0]?.ping
  }
}

async function pgIsReady(server: SteeredServer, ...args: readonly string[]): Promise<Answer> {
  const answer = ANSWERS[await server.isReady(...args)]
  if (answer === undefined) throw new Error('pg_isready did not answer')
  return answer
}

/** Both answers of the server as it is, once pg_isready says what the state is to be. */
async function both(
  server: SteeredServer,
  expected: Answer,
): Promise<readonly (Answer | undefined)[]> {
  const host = ['--host', '127.0.0.1']
  await expect.poll(() => pgIsReady(server, ...host), { timeout: 20_000 }).toBe(expected)
  return [await pgate(server.url), await pgIsReady(server, ...host)]
}

function changed(url: string, change: (url: URL) => void): string {
  const copy = new URL(url)
  change(copy)
  return copy.href
}

describe.each(steeredImages())('ping, next to the pg_isready of %s', () => {
  it('gives the same answer in every state of a server', async () => {
    await withSteeredServer(async (server) => {
      const answers: Record<string, readonly (Answer | undefined)[]> = {}
      answers.down = await both(server, 'no response')

      await server.start()
      answers.up = await both(server, 'accepting')
      answers['wrong password'] = [
        await pgate(changed(server.url, (url) => (url.password = 'wrong'))),
        await pgIsReady(server, '--dbname', 'host=127.0.0.1 user=postgres password=wrong'),
      ]
      answers['no such database'] = [
        await pgate(changed(server.url, (url) => (url.pathname = '/nowhere'))),
        await pgIsReady(server, '--host', '127.0.0.1', '--dbname', 'nowhere'),
      ]
      answers['wrong port'] = [
        await pgate(changed(server.url, (url) => (url.port = '1'))),
        await pgIsReady(server, '--host', '127.0.0.1', '--port', '1'),
      ]
      answers['wrong host'] = [
        await pgate(changed(server.url, (url) => (url.hostname = 'no-such-host.invalid'))),
        await pgIsReady(server, '--host', 'no-such-host.invalid'),
      ]
      await server.freeze()
      answers['black hole'] = [
        await pgate(server.url, 1_000),
        await pgIsReady(server, '--host', '127.0.0.1', '--timeout', '1'),
      ]
      await server.thaw()
      answers['shutting down'] = await withClient(server.url, async () => {
        await server.stop('smart')
        return both(server, 'rejecting')
      })
      answers['shut down'] = await both(server, 'no response')

      await server.becomeStandby()
      await server.start({ hot_standby: 'off' })
      answers['starting up'] = await both(server, 'rejecting')
      await server.stop()
      await server.start({ hot_standby: 'on' })
      answers['hot standby'] = await both(server, 'accepting')

      expect(answers).toEqual({
        down: ['no response', 'no response'],
        up: ['accepting', 'accepting'],
        'wrong password': ['accepting', 'accepting'],
        'no such database': ['accepting', 'accepting'],
        'wrong port': ['no response', 'no response'],
        'wrong host': ['no response', 'no response'],
        'black hole': ['no response', 'no response'],
        'shutting down': ['rejecting', 'rejecting'],
        'shut down': ['no response', 'no response'],
        'starting up': ['rejecting', 'rejecting'],
        'hot standby': ['accepting', 'accepting'],
      })
    })
  })
})
