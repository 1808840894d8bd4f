import { describe, expect, it } from 'vitest'
import { cancellable } from '../../src/postgres/session/cancel.ts'
import { type Session, withSession } from '../../src/postgres/session/session.ts'
import { withTransaction } from '../../src/postgres/session/transaction.ts'
import { ask, databaseOf, patiently } from '../support/database/connect.ts'
import { anyServer } from '../support/servers/servers.ts'

describe.each(anyServer())('on $name', (server) => {
  const connected = <T>(use: (session: Session) => Promise<T>) =>
    withSession(databaseOf(server.url), patiently(), use)

  const withTable = (use: (session: Session) => Promise<void>) =>
    connected(async (session) => {
      await session.query('create temporary table t (x int unique deferrable initially deferred)')
      await use(session)
    })

  const rows = async (session: Session) =>
    (await session.query<{ x: number }>('select x from t order by x')).rows.map(({ x }) => x)

  describe('withTransaction', () => {
    it('commits, and gives back what was made', async () => {
      await withTable(async (session) => {
        const made = await withTransaction(session, async () => {
          await session.query('insert into t values (1)')
          return 'made'
        })
        expect(made).toBe('made')
        expect(session.transactionStatus()).toBe('idle')
        expect(await rows(session)).toEqual([1])
      })
    })

    it.each([
      ['a statement fails', 'select nonsense', { code: '42703' }],
      ['COMMIT fails', 'insert into t values (1), (1)', { code: '23505' }],
    ])('rolls back where %s', async (_, text, error) => {
      await withTable(async (session) => {
        const running = withTransaction(session, async () => {
          await session.query('insert into t values (7)')
          await session.query(text)
        })
        await expect(running).rejects.toMatchObject(error)
        expect(session.transactionStatus()).toBe('idle')
        expect(await rows(session)).toEqual([])
      })
    })

    it('rolls back where something else fails, and passes that on', async () => {
      const failure = new Error('something else')
      await withTable(async (session) => {
        const running = withTransaction(session, async () => {
          await session.query('insert into t values (7)')
          throw failure
        })
        await expect(running).rejects.toBe(failure)
        expect(await rows(session)).toEqual([])
      })
    })

    it('does not take a failed transaction for a committed one', async () => {
      await withTable(async (session) => {
        const running = withTransaction(session, async () => {
          await session.query('insert into t values (7)')
          await session.query('select nonsense').catch(() => {})
        })
        await expect(running).rejects.toThrow('not passed on')
        expect(session.transactionStatus()).toBe('idle')
        expect(await rows(session)).toEqual([])
      })
    })

    it('passes on the first error where the rollback fails as well', async () => {
      await connected(async (session) => {
        const running = withTransaction(session, () =>
          session.query('select pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())'),
        )
        await expect(running).rejects.toMatchObject({ code: '57P01' })
      })
    })

    it('begins as it is asked to', async () => {
      await connected(async (session) => {
        await session.query(`set default_transaction_isolation = 'serializable'`)
        const settings = await withTransaction(
          session,
          async () => {
            const { rows } = await session.query(
              `select current_setting('transaction_isolation') as level`,
            )
            return rows[0]
          },
          { isolation: 'read committed' },
        )
        expect(settings).toEqual({ level: 'read committed' })
      })
    })
  })

  describe('cancellable', () => {
    const reason = new Error('interrupted')

    const abortSoon = (): AbortSignal => {
      const abort = new AbortController()
      setTimeout(() => abort.abort(reason), 100)
      return abort.signal
    }

    it('gives back what runs through', async () => {
      await connected(async (session) => {
        const { signal } = new AbortController()
        const one = await cancellable(session, signal, () => session.query('select 1 as one'))
        expect(one.rows).toEqual([{ one: 1 }])
      })
    })

    it('passes on what fails', async () => {
      await connected(async (session) => {
        const { signal } = new AbortController()
        const running = cancellable(session, signal, () => session.query('select nonsense'))
        await expect(running).rejects.toMatchObject({ code: '42703' })
      })
    })

    it('does not begin where the signal has aborted', async () => {
      await connected(async (session) => {
        let begun = false
        const running = cancellable(session, AbortSignal.abort(reason), async () => {
          begun = true
        })
        await expect(running).rejects.toBe(reason)
        expect(begun).toBe(false)
      })
    })

    it('cancels the statement, rejects with the reason and leaves the session usable', async () => {
      await connected(async (session) => {
        const running = cancellable(session, abortSoon(), () =>
          session.query('select pg_catalog.pg_sleep(30)'),
        )
        await expect(running).rejects.toBe(reason)
        expect(session.transactionStatus()).toBe('idle')
      })
    })

    it('leaves nothing behind of the transaction that it interrupts', async () => {
      await withTable(async (session) => {
        const signal = abortSoon()
        const running = withTransaction(session, async () => {
          await session.query('insert into t values (1)')
          await cancellable(session, signal, () => session.query('select pg_catalog.pg_sleep(30)'))
        })
        await expect(running).rejects.toBe(reason)
        expect(await rows(session)).toEqual([])
      })
    })

    const waitsFor = async ({ processId }: Session) => {
      const text = `select wait_event from pg_catalog.pg_stat_activity where pid = ${processId}`
      return (await ask<{ wait_event: string }>(databaseOf(server.url), text))?.wait_event
    }

    it('ends the session of what does not heed the cancelling', async () => {
      await connected(async (session) => {
        const stubborn = `do $$ begin
          for i in 1..1000 loop
            begin perform pg_catalog.pg_sleep(30); exception when query_canceled then null; end;
          end loop; end $$`
        const abort = new AbortController()
        const running = cancellable(session, abort.signal, () => session.query(stubborn))
        const ended = expect(running).rejects.toBe(reason)
        // One that is cancelled before its block has begun heeds it.
        await expect.poll(() => waitsFor(session)).toBe('PgSleep')
        abort.abort(reason)
        await ended
        expect(session.transactionStatus()).toBe('unknown')
        await ask(
          databaseOf(server.url),
          `select pg_catalog.pg_terminate_backend(${session.processId})`,
        )
      })
    })

    it('rejects with the reason even where the work came through', async () => {
      await connected(async (session) => {
        const abort = new AbortController()
        const running = cancellable(session, abort.signal, async () => {
          abort.abort(reason)
          return 'done'
        })
        await expect(running).rejects.toBe(reason)
      })
    })
  })
})
