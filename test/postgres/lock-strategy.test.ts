import { describe, expect } from 'vitest'
import { SYSTEM_CLOCK } from '../../src/base/clock.ts'
import type { StepContext } from '../../src/config/context.ts'
import { advisoryLock } from '../../src/lock/advisory-lock.ts'
import { leaseLock } from '../../src/lock/lease.ts'
import type { LockStrategy } from '../../src/lock/lock-strategy.ts'
import type { Session } from '../../src/postgres/session/session.ts'
import { withTransaction } from '../../src/postgres/session/transaction.ts'
import { databaseOf, gateError, stepContext, withTestSession } from '../support/cli/step.ts'
import { queryRows } from '../support/database/query.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

interface Gate {
  readonly session: Session
  readonly lock: LockStrategy
}

interface Scene {
  /** Of the database itself, past any pooler. */
  readonly url: string
  withGate<T>(use: (gate: Gate) => Promise<T>): Promise<T>
  /** As happens to a gate that is cut off or stopped for long; another has the lock then. */
  takeAway(from: Gate): Promise<void>
}

const ORIGIN = { host: 'test', version: 'test', run: 'test' }
const LOCKS = {
  advisory: (context: StepContext, session: Session) => advisoryLock(context, session),
  lease: (context: StepContext, session: Session) =>
    leaseLock(context, { session, database: undefined, origin: ORIGIN }),
}
const KINDS = [
  { name: 'advisory lock', kind: 'advisory', pooled: false },
  { name: 'lease on a direct connection', kind: 'lease', pooled: false },
  { name: 'lease through PgBouncer', kind: 'lease', pooled: true },
] as const

const STATE = `select current_setting('search_path') as path, current_setting('timezone') as zone,
  current_user as "user", current_setting('idle_in_transaction_session_timeout') as idle`

describe.each(servers({ docker: true }).slice(0, 1))('the lock on $name', (server) => {
  const it = testOn(server)

  describe.each(KINDS)('$name', ({ kind, pooled }) => {
    async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
      await withDatabase(server, ({ url, name }) => {
        if (!pooled) return use(sceneOf(url, url))
        return withPgbouncer(server, 'transaction', (pooler) =>
          use(sceneOf(url, pooler.urlOf(name))),
        )
      })
    }

    function sceneOf(url: string, gateUrl: string): Scene {
      const context = stepContext({ DATABASE_URL: gateUrl, PGATE_SCHEMA: 'public' })
      return {
        url,
        withGate: (use) =>
          withTestSession(gateUrl, (session) =>
            use({ session, lock: LOCKS[kind](context, session) }),
          ),
        takeAway: async ({ session }) => {
          if (kind === 'advisory') {
            await queryRows(url, `select pg_terminate_backend(${session.processId})`)
            return
          }
          await queryRows(url, 'update pgate_lease set expires_at = now()')
          await withTestSession(url, async (other) => {
            expect(await advisoryLock(context, other).tryAcquire()).toBe(true)
          })
        },
      }
    }

    const withHolder = (use: (gate: Gate, scene: Scene) => Promise<void>) =>
      withScene((scene) =>
        scene.withGate(async (gate) => {
          expect(await gate.lock.tryAcquire()).toBe(true)
          await use(gate, scene)
        }),
      )

    it('is held by one at a time, and by the next once it is released', async () => {
      await withHolder(async ({ lock }, { withGate }) => {
        await withGate(async (second) => {
          expect(await second.lock.tryAcquire()).toBe(false)
          await lock.release()
          expect(await second.lock.tryAcquire()).toBe(true)
          expect(await lock.tryAcquire()).toBe(false)
          await second.lock.release()
        })
      })
    })

    it('commits what a transaction did, and nothing of one that fails', async () => {
      await withHolder(async ({ session, lock }, { url }) => {
        expect(
          await lock.transaction(async () => {
            await session.query('create table made (i int)')
            return 'done'
          }),
        ).toBe('done')
        const failing = lock.transaction(async () => {
          await session.query('create table never (i int)')
          throw new Error('no')
        })
        await expect(failing).rejects.toThrow('no')
        expect(await queryRows(url, "select to_regclass('made') is not null as made")).toEqual([
          { made: true },
        ])
        expect(await queryRows(url, "select to_regclass('never') as never")).toEqual([
          { never: null },
        ])
      })
    })

    it('commits nothing once it is lost', async () => {
      await withHolder(async (gate, { url, takeAway }) => {
        const late = gate.lock.transaction(async () => {
          await gate.session.query('create table late (i int)')
          await takeAway(gate)
          return gate.session.transactionStatus()
        })
        await expect(late).rejects.toThrow()
        expect(await queryRows(url, "select to_regclass('late') as late")).toEqual([{ late: null }])
      })
    })

    it('lets no statement run alone once it is lost', async () => {
      await withHolder(async (gate, { takeAway }) => {
        await gate.lock.beforeStatement('set lock_timeout = 0')
        await takeAway(gate)
        await expect(gate.lock.beforeStatement('set lock_timeout = 0')).rejects.toThrow()
      })
    })

    it('begins each transaction in the same state, whatever a revision has set', async () => {
      await withHolder(async ({ session, lock }) => {
        const state = () => lock.transaction(async () => (await session.query(STATE)).rows)
        expect(await lock.reset()).toBe('held')
        const first = await state()
        expect(first).toMatchObject([{ path: '"public", "$user", public', zone: 'UTC', idle: '0' }])
        await lock.transaction(() =>
          session.query(`set search_path to pg_catalog; set timezone to 'Asia/Tokyo';
            set idle_in_transaction_session_timeout = '7s'; set session authorization pg_monitor`),
        )
        expect(await lock.reset()).toBe('held')
        expect(await state()).toEqual(first)
      })
    })

    it('puts back, statement by statement, what a pipeline has set', async () => {
      await withHolder(async ({ session, lock }) => {
        if (!lock.mayPipeline) return expect(lock.resetStatements()).toEqual([])
        await lock.reset()
        const { rows } = await session.query(STATE)
        const texts = [`set search_path to pg_catalog`, ...lock.resetStatements(), STATE]
        const { results, failure } = await session.pipeline(texts.map((text) => ({ text })))
        expect(failure).toBeUndefined()
        expect(results.at(-1)?.rows).toEqual(rows)
      })
    })

    it('says to another connection whether a COMMIT may still be done', async () => {
      await withHolder(async ({ session, lock }, { url }) => {
        const mayCommit = () =>
          withTestSession(url, (over) => withTransaction(over, () => lock.mayStillCommit(over)))
        const answers: boolean[] = []
        await lock.transaction(
          () => session.query('create table slow (i int)'),
          async (send) => {
            answers.push(await mayCommit())
            return send()
          },
        )
        await session.close()
        expect([...answers, await mayCommit()]).toEqual([true, false])
      })
    })

    it('says of the session what is true of it', async () => {
      await withHolder(async ({ session, lock }) => {
        const { rows } = await session.query('select pg_backend_pid() as pid')
        if (lock.canWatch) expect(rows).toEqual([{ pid: session.processId }])
        expect({ canWatch: lock.canWatch, mayPipeline: lock.mayPipeline }).toEqual({
          canWatch: kind === 'advisory',
          mayPipeline: kind === 'advisory',
        })
        const needs = { id: '001', file: '001.sql', runsOutside: false }
        expect(lock.refusal(needs)).toBeUndefined()
        const refusal = lock.refusal({ ...needs, isolation: { line: 3, column: 1 } })
        expect(refusal?.code).toBe(kind === 'advisory' ? undefined : 'CONFIG_POOLER')
      })
    })
  })

  it('is taken again where a session has released it, unless another gate has it', async ({
    database: { url },
  }) => {
    const context = stepContext({ DATABASE_URL: url })
    await withTestSession(url, async (session) => {
      const lock = advisoryLock(context, session)
      expect(await lock.tryAcquire()).toBe(true)
      await session.query('discard all')
      expect(await lock.reset()).toBe('retaken')
      const { rows } = await session.query(STATE)
      expect(rows).toMatchObject([{ zone: 'UTC', idle: '0' }])
      await session.query('select pg_advisory_unlock_all()')
      await withTestSession(url, async (rival) => {
        expect(await advisoryLock(context, rival).tryAcquire()).toBe(true)
        expect(await lock.reset()).toBe('lost')
      })
    })
  })

  it('behind a pooler reports its loss by the signal, found by the heartbeat', async ({
    database: { url },
  }) => {
    // The heartbeat's first renewal is due at once.
    const clock = {
      ...SYSTEM_CLOCK,
      sleep: async (_: number, signal: AbortSignal) => signal.throwIfAborted(),
    }
    const context = stepContext({ DATABASE_URL: url }, { clock })
    await withTestSession(url, async (session) => {
      const lock = leaseLock(context, {
        session,
        database: databaseOf(context),
        origin: ORIGIN,
      })
      expect(await lock.tryAcquire()).toBe(true)
      const lost = new Promise((resolve) => {
        lock.lost.addEventListener('abort', () => resolve(lock.lost.reason), { once: true })
      })
      await queryRows(url, `update pgate_lease set holder = gen_random_uuid()`)
      expect(await lost).toMatchObject({ code: 'LOCK_LOST' })
      expect((await gateError(lock.transaction(async () => {}))).code).toBe('LOCK_LOST')
      await lock.release()
      // Nothing is released that is another's by now.
      expect(await advisoryLock(context, session).tryAcquire()).toBe(false)
    })
  })
})
