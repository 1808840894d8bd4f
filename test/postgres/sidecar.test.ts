import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { describe, expect } from 'vitest'
import type { Status } from '../../src/sidecar/status/status.ts'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'
import { samplesIn, withSidecar } from '../support/cli/sidecar.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const HEAD = 'b83d5e0f6c21'
const PATHS = ['/', '/startupz', '/readyz', '/readyz?strict', '/healthz', '/metrics', '/status']

const env = (url: string) => ({ DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS })
const looked = ({ verify }: Status) => verify.lastAt !== null

// One server is enough: what differs between them is verified by the gate's own tests.
describe.each(servers({ vector: true }).slice(0, 1))('the sidecar on $name', (server) => {
  const it = testOn(server)

  it('answers every path once the gate is open, and ends with 0 when it is asked to', async ({
    database: { url },
  }) => {
    await withSidecar({ env: env(url) }, async (sidecar) => {
      const status = await sidecar.until('looked', looked)
      expect(status).toMatchObject({
        format: 1,
        verdict: 'open',
        exitCode: 0,
        reason: null,
        database: { reachable: true, outage: null, server: { inRecovery: false } },
        steps: [{ name: 'wait' }, { name: 'extensions' }, { name: 'migrate' }, { name: 'verify' }],
        revisions: { current: [HEAD], heads: [HEAD], pending: 0, unknown: [] },
        verify: { mode: 'manifest' },
        drift: { counts: { missing: 0, different: 0, faults: 0, invalidIndexes: 0 } },
        locks: { waiting: 0, blockers: [] },
        transitions: [{ number: 1, kind: 'opened' }],
      })
      expect(status.steps.every(({ state }) => state === 'done')).toBe(true)
      expect(status.revisions.graph.map(({ state }) => state)).toEqual(['applied', 'applied'])
      expect(status.runs.map(({ action }) => action)).toContain('upgrade')
      const kinds = await Promise.all(
        PATHS.map(async (path) => {
          const response = await sidecar.get(path)
          await response.arrayBuffer()
          return [path, response.status, response.headers.get('content-type')]
        }),
      )
      expect(kinds).toEqual([
        ['/', 200, 'text/html; charset=utf-8'],
        ['/startupz', 200, 'text/plain; charset=utf-8'],
        ['/readyz', 200, 'text/plain; charset=utf-8'],
        ['/readyz?strict', 200, 'text/plain; charset=utf-8'],
        ['/healthz', 200, 'text/plain; charset=utf-8'],
        ['/metrics', 200, 'text/plain; version=0.0.4; charset=utf-8'],
        ['/status', 200, 'application/json; charset=utf-8'],
      ])
      const events = await sidecar.get('/events')
      sidecar.kill('SIGTERM')
      const ended = await sidecar.ended
      expect(ended).toMatchObject({ exitCode: 0, signal: null })
      expect(ended.stdout).toContain(
        'sidecar done (exit 0): stopped by a signal, with the gate open',
      )
      // The stream ends in order, not by a reset.
      expect(await events.text()).toContain('event: status')
    })
    const sessions = await queryRows(
      url,
      `select 1 from pg_stat_activity
          where datname = current_database() and application_name like 'pgate%'`,
    )
    expect(sessions).toEqual([])
  })

  it('answers GET and HEAD of known paths alone', async ({ database: { url } }) => {
    await withSidecar({ env: env(url) }, async (sidecar) => {
      await sidecar.until('looked', looked)
      const head = await sidecar.get('/status', { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
      expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100)
      const post = await sidecar.get('/status', { method: 'POST', body: 'x'.repeat(100_000) })
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
      for (const path of ['/nosuch', '/status/', '/__proto__', '/constructor', '//']) {
        expect((await sidecar.get(path)).status).toBe(404)
      }
      const long = await sidecar.get(`/status?${'x'.repeat(20_000)}`)
      expect(long.status).toBe(431)
      expect((await sidecar.get('/healthz')).status).toBe(200)
    })
  })

  it('answers two hundred requests at once out of one status, and sends events of each change', async ({
    database: { url },
  }) => {
    const slow = { ...env(url), PGATE_VERIFY_INTERVAL: '10m' }
    await withSidecar({ env: slow }, async (sidecar) => {
      const status = await sidecar.until('looked', looked)
      const bodies = await Promise.all(
        Array.from({ length: 200 }, async () => (await sidecar.get('/status')).json()),
      )
      expect(bodies).toEqual(Array.from({ length: 200 }, () => status))
      const listeners = await Promise.all(Array.from({ length: 40 }, () => sidecar.get('/events')))
      const first = await Promise.all(listeners.map(firstChunk))
      expect(first.filter((text) => text.includes('event: status'))).toHaveLength(32)
      expect(first.filter((text) => text.includes('enough listen already'))).toHaveLength(8)
      const [, data = ''] = /^data: (.*)$/m.exec(first[0] ?? '') ?? []
      expect(JSON.parse(data)).toEqual(status)
    })
  })

  it('reports drift once, and its end, to the metrics, the log and PGATE_NOTIFY_URL', async ({
    database: { url },
  }) => {
    await withReceiver(async (receiver) => {
      const notifying = { ...env(url), PGATE_NOTIFY_URL: `${receiver.url}/s3cr3t-path` }
      await withSidecar({ env: notifying }, async (sidecar) => {
        await sidecar.until('looked', looked)
        await queryRows(
          url,
          `alter table users alter column email drop not null;
             drop index idx_users_username;
             create table by_hand (id integer)`,
        )
        const shut = await sidecar.until('shut', ({ verdict }) => verdict === 'shut')
        expect(shut).toMatchObject({
          exitCode: 60,
          reason: { code: 'VERIFY_DRIFT' },
          drift: {
            counts: { missing: 1, different: 1, extra: 2 },
            missing: [{ object: 'index public.idx_users_username' }],
            different: [{ object: 'column public.users.email' }],
          },
        })
        expect(shut.openedAt).not.toBeNull()
        expect((await sidecar.get('/startupz')).status).toBe(200)
        expect((await sidecar.get('/readyz')).status).toBe(200)
        expect((await sidecar.get('/readyz?strict')).status).toBe(503)
        const samples = samplesIn(await (await sidecar.get('/metrics')).text())
        expect(samples.get('pgate_gate_open')).toBe(0)
        expect(samples.get('pgate_gate_exit_code')).toBe(60)
        expect(samples.get('pgate_drift_objects{kind="missing"}')).toBe(1)
        await queryRows(
          url,
          `alter table users alter column email set not null;
             create unique index idx_users_username on users using btree (username)`,
        )
        const open = await sidecar.until('open again', ({ verdict }) => verdict === 'open')
        const reported = await sidecar.until(
          'reported',
          ({ notifications }) => notifications.sent >= 2,
        )
        expect(reported.notifications).toEqual({ configured: true, sent: 2, failed: 0 })
        expect(open.transitions.map(({ kind }) => kind)).toEqual(['opened', 'shut', 'opened'])
        expect(receiver.notices).toMatchObject([
          { kind: 'shut', verdict: 'shut', exitCode: 60, number: 2 },
          { kind: 'opened', verdict: 'open', exitCode: 0, number: 3 },
        ])
        expect(sidecar.log()).toContain('sidecar.shut')
        // Asked to stop while a notice is on its way, and somebody listens.
        receiver.hang()
        const events = await sidecar.get('/events')
        await queryRows(url, 'drop index idx_users_username')
        await sidecar.until('shut again', ({ verdict }) => verdict === 'shut')
        sidecar.kill('SIGTERM')
        expect(await sidecar.ended).toMatchObject({ exitCode: 0 })
        expect(await events.text()).toContain('"verdict":"shut"')
      })
    })
  })

  it('continues where PGATE_NOTIFY_URL cannot be notified, and shows no password and no URL', async ({
    database: { url, name },
  }) => {
    const role = `r_${name}`.slice(0, 63)
    await queryRows(url, `create role "${role}" superuser login password 's3cr3t-password'`)
    const its = new URL(url)
    its.username = role
    its.password = 's3cr3t-password'
    await withReceiver(async (receiver) => {
      receiver.refuse()
      const notifying = { ...env(its.href), PGATE_NOTIFY_URL: `${receiver.url}/s3cr3t-path` }
      const said = await withSidecar({ env: notifying }, async (sidecar) => {
        await sidecar.until('looked', looked)
        await queryRows(url, `alter role "${role}" password 'another'`)
        await sidecar.until('refused', ({ database }) => database.outage !== null)
        await sidecar.until('given up', ({ notifications }) => notifications.failed === 1)
        const texts = PATHS.map(async (path) => (await sidecar.get(path)).text())
        return [...(await Promise.all(texts)), sidecar.log()].join('\n')
      })
      expect(receiver.notices.map(({ kind }) => kind)).toEqual(['lost', 'lost', 'lost'])
      expect(new Set(receiver.notices.map(({ id }) => id)).size).toBe(1)
      expect(said).toContain('password refused')
      expect(said).toContain('PGATE_NOTIFY_URL could not be notified: it answered 500')
      expect(said).not.toMatch(/s3cr3t|postgres:\/\//)
    })
    await queryRows(url, `reassign owned by "${role}" to current_user; drop role "${role}"`)
  })

  it.each([
    ['refuse', 'shut', 51, 'shut'],
    ['allow', 'open', 0, 'ahead'],
  ])(
    'notices a database that is ahead where PGATE_AHEAD is %s',
    async (mode, verdict, exitCode, kind) => {
      await withDatabase(server, async ({ url }) => {
        await withSidecar({ env: { ...env(url), PGATE_AHEAD: mode } }, async (sidecar) => {
          await sidecar.until('looked', looked)
          await queryRows(
            url,
            `insert into pgate_journal (revision, revises, depends_on, name, action, started_at,
                                      finished_at, outcome, host, pgate_version)
           values ('ffff00000001', '{${HEAD}}', '{}', 'from a newer image', 'upgrade', now(),
                   now(), 'done', 'elsewhere', '9.9.9');
           update alembic_version set version_num = 'ffff00000001'`,
          )
          const status = await sidecar.until(
            'ahead',
            ({ revisions }) => revisions.unknown.length > 0,
          )
          expect(status).toMatchObject({ verdict, exitCode, revisions: { pending: 0 } })
          expect(status.transitions[0]).toMatchObject({ kind })
          expect(status.transitions[0]?.message).toContain('ffff00000001')
          expect((await sidecar.get('/readyz')).status).toBe(200)
        })
      })
    },
  )

  it('shows the newest of eleven, a hundred and a thousand runs first', async ({
    database: { url },
  }) => {
    await withSidecar({ env: env(url) }, async (sidecar) => {
      await sidecar.until('looked', looked)
      for (const [first, last] of [
        [1, 11],
        [12, 101],
        [102, 1_001],
      ] as const) {
        await queryRows(
          url,
          `insert into pgate_journal (revision, revises, depends_on, name, action, started_at,
                                      finished_at, outcome, host, pgate_version)
           select 'r' || n, '{}', '{}', 'one of many', 'downgrade', now(), now(), 'done', 'h', 'v'
             from generate_series(${first}, ${last}) n`,
        )
        const newest = Array.from({ length: 10 }, (_, index) => `r${last - index}`)
        const status = await sidecar.until(
          'the rows are there',
          ({ runs }) => runs[0]?.revision === `r${last}`,
        )
        expect(status.runs.slice(0, 10).map(({ revision }) => revision)).toEqual(newest)
      }
    })
  })

  it('counts an index that is not valid', async ({ database: { url } }) => {
    await withSidecar({ env: env(url) }, async (sidecar) => {
      await sidecar.until('looked', looked)
      await queryRows(
        url,
        `update pg_index set indisvalid = false where indexrelid = 'idx_users_username'::regclass`,
      )
      const status = await sidecar.until('shut', ({ verdict }) => verdict === 'shut')
      expect(status.reason?.code).toBe('VERIFY_STRUCTURE')
      expect(status.drift.invalidIndexes).toMatchObject([
        { kind: 'index', object: 'index public.idx_users_username' },
      ])
      const samples = samplesIn(await (await sidecar.get('/metrics')).text())
      expect(samples.get('pgate_invalid_indexes')).toBe(1)
    })
  })

  it.each(['structure', 'off'])('says that nothing was compared, PGATE_VERIFY=%s', async (mode) => {
    await withDatabase(server, async ({ url }) => {
      await withSidecar({ env: { ...env(url), PGATE_VERIFY: mode } }, async (sidecar) => {
        const status = await sidecar.until('looked', looked)
        expect(status.verify.notCompared).toBe(`PGATE_VERIFY is ${mode}`)
        const page = await (await sidecar.get('/')).text()
        expect(page).toContain(`not compared: PGATE_VERIFY is ${mode}`)
        expect(page).not.toContain('as promised')
      })
    })
  })

  it('shows no password of a session that blocks others', async ({ database: { url } }) => {
    await withSidecar({ env: env(url) }, async (sidecar) => {
      await sidecar.until('looked', looked)
      await withClient(url, async (holder) => {
        await holder.query('begin; lock table conversations')
        await holder.query(
          `do $$ begin perform 'alter role x password ''CANARYblk'''; end $$ -- CANARYblk`,
        )
        const waiting = queryRows(url, 'select count(*) from conversations')
        const blocked = ({ locks }: Status) => locks.blockers.length > 0
        const { locks } = await sidecar.until('blocked', blocked)
        expect(locks.blockers).toMatchObject([{ query: "do '…'" }])
        for (const path of ['/status', '/', '/metrics']) {
          expect(await (await sidecar.get(path)).text()).not.toContain('CANARY')
        }
        await holder.query('rollback')
        await waiting
      })
      expect(sidecar.log()).not.toContain('CANARY')
    })
  })

  it('goes on with the verify before while a lock keeps the schema from being read', async ({
    database: { url },
  }) => {
    await withSidecar({ env: env(url) }, async (sidecar) => {
      await sidecar.until('looked', looked)
      await withClient(url, async (holder) => {
        await holder.query('begin; lock table conversations')
        const held = await sidecar.until('held', ({ verify }) => verify.held)
        expect(held).toMatchObject({ verdict: 'open', database: { outage: null } })
        expect(held.verify.counts.failed).toBe(0)
        expect(held.verify.counts.unanswered).toBeGreaterThan(0)
        await holder.query('rollback')
      })
      await sidecar.until('read again', ({ verify }) => !verify.held)
    })
  })

  it.each(['on', 'off'])(
    'names who is in the way, where PGATE_LOG_QUERIES is %s',
    async (shown) => {
      await withDatabase(server, async ({ url }) => {
        await withSidecar({ env: { ...env(url), PGATE_LOG_QUERIES: shown } }, async (sidecar) => {
          await sidecar.until('looked', looked)
          await withClient(url, async (holder) => {
            await holder.query(`set application_name to 'the holder'`)
            await holder.query('begin; lock table conversations')
            await withClient(url, async (waiter) => {
              const waiting = waiter.query('select count(*) from conversations')
              const status = await sidecar.until('a wait', ({ locks }) => locks.blockers.length > 0)
              expect(status.locks.blockers).toMatchObject([
                { application: 'the holder', state: 'idle in transaction' },
              ])
              const [blocker] = status.locks.blockers
              expect(blocker?.query ?? 'hidden').toMatch(shown === 'on' ? /lock table/ : /^hidden$/)
              await holder.query('rollback')
              await waiting
            })
          })
          await sidecar.until(
            'nobody waits',
            ({ locks, verify }) => locks.waiting === 0 && !verify.held,
          )
        })
      })
    },
  )
})

async function firstChunk(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  const chunk = await reader?.read()
  return new TextDecoder().decode(chunk?.value)
}

interface Receiver {
  readonly url: string
  readonly notices: Record<string, unknown>[]
  /** From now on it answers 500. */
  refuse(): void
  /** From now on it answers nothing. */
  hang(): void
}

/** Lends something that takes notices. */
async function withReceiver<T>(use: (receiver: Receiver) => Promise<T>): Promise<T> {
  const notices: Record<string, unknown>[] = []
  let code: number | undefined = 204
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      notices.push(JSON.parse(text))
      if (code !== undefined) response.writeHead(code).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const refuse = () => {
    code = 500
  }
  const hang = () => {
    code = undefined
  }
  try {
    return await use({ url: `http://127.0.0.1:${port}`, notices, refuse, hang })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
