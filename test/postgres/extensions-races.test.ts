import { describe, expect } from 'vitest'
import { applyExtensions, planExtensions } from '../../src/steps/extensions/extensions.ts'
import { stepContext, withTestSession } from '../support/cli/step.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const WANTED = [{ name: 'uuid-ossp' }, { name: 'hstore', floor: '1.4' }]

/** Plans; where something is to be done takes a lock, plans again and applies. */
async function underLock(url: string) {
  return withTestSession(url, async (session) => {
    const first = await planExtensions(session, WANTED)
    if (first.actions.length === 0) return []
    await session.query('select pg_catalog.pg_advisory_lock(42)')
    const plan = await planExtensions(session, WANTED)
    const context = stepContext({ DATABASE_URL: url })
    const { applied } = await applyExtensions(context, session, plan)
    return applied
  })
}

async function withoutLock(url: string) {
  return withTestSession(url, async (session) => {
    const plan = await planExtensions(session, WANTED)
    const { applied } = await applyExtensions(stepContext({ DATABASE_URL: url }), session, plan)
    return applied
  })
}

describe.each(anyServer())('many at once on $name', (server) => {
  const it = testOn(server)

  it('creates each extension once under a lock', async ({ database: { url } }) => {
    const all = await Promise.all(Array.from({ length: 10 }, () => underLock(url)))
    expect(all.flat()).toHaveLength(2)
    expect(all.flat()).toMatchObject([{ outcome: 'created' }, { outcome: 'created' }])
  })

  it('ends well without a lock too: one creates, the others find it there', async ({
    database: { url },
  }) => {
    const all = await Promise.all(Array.from({ length: 6 }, () => withoutLock(url)))
    const created = all.flat().filter(({ outcome }) => outcome === 'created')
    expect(created.map(({ name }) => name).toSorted()).toEqual(['hstore', 'uuid-ossp'])
  })

  it('counts as present what another session creates while this one waits for it', async ({
    database: { url },
  }) => {
    await withTestSession(url, async (session) => {
      const plan = await planExtensions(session, [{ name: 'hstore' }])
      const context = stepContext({ DATABASE_URL: url })
      await withClient(url, async (rival) => {
        await rival.query('begin; create extension hstore')
        const applying = applyExtensions(context, session, plan)
        await expect.poll(() => waiters(url), { timeout: 10_000 }).toBe(1)
        await rival.query('commit')
        expect((await applying).applied).toMatchObject([{ name: 'hstore', outcome: 'present' }])
      })
    })
  })

  it('updates where a rival creates an older version first', async ({ database: { url } }) => {
    await withTestSession(url, async (session) => {
      const plan = await planExtensions(session, [{ name: 'hstore', floor: '1.8' }])
      await queryRows(url, `create extension hstore version '1.4'`)
      const { applied } = await applyExtensions(stepContext({ DATABASE_URL: url }), session, plan)
      expect(applied).toMatchObject([{ name: 'hstore', outcome: 'updated' }])
    })
  })

  it('cancels a statement that waits when the signal aborts', async ({ database: { url } }) => {
    await withTestSession(url, async (session) => {
      const plan = await planExtensions(session, [{ name: 'hstore' }])
      const stop = new AbortController()
      const context = stepContext({ DATABASE_URL: url }, stop)
      await withClient(url, async (rival) => {
        await rival.query('begin; create extension hstore')
        const applying = applyExtensions(context, session, plan)
        await expect.poll(() => waiters(url), { timeout: 10_000 }).toBe(1)
        const reason = new Error('asked to stop')
        stop.abort(reason)
        await expect(applying).rejects.toBe(reason)
        await rival.query('rollback')
      })
    })
  })

  it('calls a lost connection by its name', async ({ database: { url } }) => {
    await withTestSession(url, async (session) => {
      const plan = await planExtensions(session, [{ name: 'hstore' }])
      await queryRows(url, 'select pg_terminate_backend($1)', [session.processId])
      const applying = applyExtensions(stepContext({ DATABASE_URL: url }), session, plan)
      await expect(applying).rejects.toMatchObject({ code: 'CONNECTION_LOST', exitCode: 30 })
    })
  })
})

/** How many sessions of the database wait for a lock. */
async function waiters(url: string): Promise<number> {
  const [row] = await queryRows<{ waiting: number }>(
    url,
    `select count(*)::int as waiting from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return row?.waiting ?? 0
}
