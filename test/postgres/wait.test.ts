import { createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { waitForServer } from '../../src/steps/wait/wait.ts'
import { databaseOf, gateError, stepContext, type TestContext } from '../support/cli/step.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const state =
  (name: string) => (line: { event: string; fields: Readonly<Record<string, unknown>> }) =>
    line.event === 'wait.state' && line.fields.state === name

const wait = (context: TestContext) => waitForServer(context, databaseOf(context))

/** Waits to the end, closes the session and gives what was reported of the wait. */
async function ready(waiting: ReturnType<typeof wait>) {
  const { session, ...reported } = await waiting
  await session.close()
  return reported
}

function as(url: string, changes: { user?: string; password?: string; database?: string }): string {
  const changed = new URL(url)
  if (changes.user !== undefined) changed.username = changes.user
  if (changes.password !== undefined) changed.password = changes.password
  if (changes.database !== undefined) changed.pathname = `/${changes.database}`
  return changed.href
}

/** Lends a role that may log in, named after the database. */
async function withRole(url: string, use: (url: string, role: string) => Promise<void>) {
  const role = `${new URL(url).pathname.slice(1)}_role`
  await queryRows(url, `create role "${role}" login password 'also only a test'`)
  try {
    await use(as(url, { user: role, password: 'also only a test' }), role)
  } finally {
    await queryRows(url, `drop owned by "${role}"; drop role "${role}"`)
  }
}

describe.each(anyServer())('waiting for $name', (server) => {
  const it = testOn(server)

  it('gives an open session on the first attempt', async ({ database: { url, name } }) => {
    const outcome = await wait(stepContext({ DATABASE_URL: url }))
    const { rows } = await outcome.session.query('select pg_catalog.current_database() as name')
    await outcome.session.close()
    expect(rows).toEqual([{ name }])
    expect(outcome.attempts).toBe(1)
    expect(outcome.session.server.major).toBe(server.major)
  })

  it('refuses a wrong password after the grace period and does not say it', async ({
    database: { url },
  }) => {
    await withRole(url, async (roleUrl, role) => {
      const wrong = as(roleUrl, { password: 'wrong-and-secret' })
      const context = stepContext({ DATABASE_URL: wrong, PGATE_AUTH_GRACE: '300ms' })
      const error = await gateError(wait(context))
      expect(error).toMatchObject({ code: 'CONNECTION_REFUSED', exitCode: 31 })
      expect(error.facts).toMatchObject({ state: 'password refused', reason: '28P01' })
      expect(error.hint).toContain(role)
      const said = JSON.stringify([error.message, error.hint, error.facts, context.logged])
      expect(said).not.toContain('wrong-and-secret')
    })
  })

  it('refuses a role that may not log in', async ({ database: { url } }) => {
    await withRole(url, async (roleUrl, role) => {
      await queryRows(url, `alter role "${role}" nologin`)
      const error = await gateError(
        wait(stepContext({ DATABASE_URL: roleUrl, PGATE_AUTH_GRACE: '200ms' })),
      )
      expect(error.facts).toMatchObject({ state: 'role refused', reason: '28000' })
    })
  })

  it('refuses a role without the right to connect, and says which statement gives it', async ({
    database: { url, name },
  }) => {
    await withRole(url, async (roleUrl, role) => {
      await queryRows(url, `revoke connect on database "${name}" from public`)
      const error = await gateError(
        wait(stepContext({ DATABASE_URL: roleUrl, PGATE_AUTH_GRACE: '200ms' })),
      )
      expect(error.facts).toMatchObject({ state: 'not permitted', reason: '42501' })
      expect(error.hint).toContain(`GRANT CONNECT ON DATABASE "${name}" TO "${role}";`)
    })
  })

  it('refuses a database that is missing to the end, with the command that creates it', async () => {
    const url = as(server.url, { database: 'not_there' })
    const error = await gateError(
      wait(stepContext({ DATABASE_URL: url, PGATE_AUTH_GRACE: '200ms' })),
    )
    expect(error).toMatchObject({ code: 'CONNECTION_REFUSED', facts: { reason: '3D000' } })
    const { hostname, port } = new URL(server.url)
    expect(error.hint).toContain(
      `createdb --host ${hostname} --port ${port} --username postgres not_there`,
    )
  })

  it('goes on as soon as a database that was missing is created', async ({
    database: { url, name },
  }) => {
    const later = `${name.slice(0, 50)}_later`
    const context = stepContext({ DATABASE_URL: as(url, { database: later }) })
    const waiting = ready(wait(context))
    await context.untilLogged(state('no such database'))
    await queryRows(url, `create database "${later}"`)
    expect((await waiting).attempts).toBeGreaterThan(1)
    expect(context.logged.at(-1)).toMatchObject({
      event: 'wait.ready',
      fields: { durationMs: expect.any(Number) },
    })
    await queryRows(url, `drop database "${later}" with (force)`)
  })

  it('waits while every connection slot is taken', async ({ database: { url } }) => {
    await withRole(url, async (roleUrl, role) => {
      await queryRows(url, `alter role "${role}" connection limit 1`)
      const context = stepContext({ DATABASE_URL: roleUrl })
      const waiting = await withClient(roleUrl, async () => {
        const waiting = ready(wait(context))
        await context.untilLogged(state('too many connections'))
        return { waiting }
      })
      expect((await waiting.waiting).attempts).toBeGreaterThan(1)
    })
  })

  it('waits while transactions are read-only, and leaves no session behind', async ({
    database: { url, name },
  }) => {
    await queryRows(url, `alter database "${name}" set default_transaction_read_only = on`)
    const context = stepContext({ DATABASE_URL: url, PGATE_WAIT_TIMEOUT: '500ms' })
    const error = await gateError(wait(context))
    expect(error).toMatchObject({ code: 'NOT_READY', exitCode: 30, retriable: true })
    expect(error.facts).toMatchObject({ state: 'read only', ping: 'accepting' })
    expect(error.hint).toContain('default_transaction_read_only')
    const left = await queryRows(
      server.url,
      `select pid from pg_stat_activity where datname = $1 and application_name like 'pgate%'`,
      [name],
    )
    expect(left).toEqual([])
  })

  it('ends at once with the reason of the signal', async () => {
    const stop = new AbortController()
    const url = as(server.url, { database: 'not_there' })
    const context = stepContext({ DATABASE_URL: url, PGATE_AUTH_GRACE: '60s' }, stop)
    const waiting = wait(context)
    await context.untilLogged(state('no such database'))
    const reason = new Error('asked to stop')
    stop.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })
})

/** Lends a port where every connection is treated like this. */
async function withListener<T>(
  treat: (socket: Socket) => void,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    treat(socket)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  try {
    return await use(`postgres://app@127.0.0.1:${address.port}/app?sslmode=disable`)
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => listener.close(resolve))
  }
}

describe('waiting for what is no usable server', () => {
  it('takes one that never answers for unreachable, and points to the firewall', async () => {
    await withListener(
      () => {},
      async (url) => {
        const context = stepContext({ DATABASE_URL: url, PGATE_WAIT_TIMEOUT: '700ms' })
        const error = await gateError(wait(context))
        expect(error).toMatchObject({ code: 'NOT_READY', exitCode: 30 })
        expect(error.facts).toMatchObject({
          state: 'unreachable',
          ping: 'no response',
          reason: 'TIMEOUT',
        })
        expect(error.hint).toContain('firewall')
      },
    )
  })

  it('releases one that never answers as soon as the signal aborts', async () => {
    const stop = new AbortController()
    const reason = new Error('asked to stop')
    await withListener(
      () => stop.abort(reason),
      async (url) => {
        const waiting = wait(stepContext({ DATABASE_URL: url, PGATE_WAIT_TIMEOUT: '60s' }, stop))
        await expect(waiting).rejects.toBe(reason)
      },
    )
  })

  it('tries again where the connection is closed', async () => {
    await withListener(
      (socket) => socket.end(),
      async (url) => {
        const error = await gateError(
          wait(stepContext({ DATABASE_URL: url, PGATE_WAIT_TIMEOUT: '400ms' })),
        )
        expect(error.facts).toMatchObject({ state: 'connection closed', ping: 'no response' })
        expect(error.facts.attempts).toBeGreaterThan(1)
      },
    )
  })

  it('refuses what does not speak PostgreSQL, after the grace period', async () => {
    await withListener(
      (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      async (url) => {
        const error = await gateError(
          wait(
            stepContext({
              DATABASE_URL: url.replace('disable', 'require'),
              PGATE_AUTH_GRACE: '200ms',
            }),
          ),
        )
        expect(error).toMatchObject({
          code: 'CONNECTION_REFUSED',
          facts: { state: 'not postgresql' },
        })
      },
    )
  })

  it.each([
    { url: 'postgres://app@127.0.0.1:1/app', state: 'nothing listening', word: 'port' },
    { url: 'postgres://app@no-such-host.invalid/app', state: 'unknown host', word: 'host name' },
    { url: 'postgres://app@/app?host=/no/such/folder', state: 'nothing listening', word: 'port' },
  ])('waits in vain for $url and says why', async ({ url, state: expected, word }) => {
    const context = stepContext({ DATABASE_URL: url, PGATE_WAIT_TIMEOUT: '300ms' })
    const error = await gateError(wait(context))
    expect(error).toMatchObject({ code: 'NOT_READY', facts: { state: expected } })
    expect(error.hint).toContain(word)
  })

  it('takes the host that is nearest to usable for the state of all', async () => {
    await withListener(
      (socket) => socket.end(),
      async (url) => {
        const { port } = new URL(url)
        const several = `postgres://app@127.0.0.1:1,127.0.0.1:${port}/app?sslmode=disable`
        const error = await gateError(
          wait(stepContext({ DATABASE_URL: several, PGATE_WAIT_TIMEOUT: '300ms' })),
        )
        expect(error.facts).toMatchObject({ state: 'connection closed', host: `127.0.0.1:${port}` })
      },
    )
  })
})
