import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { serverDatabase } from '../../src/postgres/connect/connection.ts'
import { retarget } from '../../src/postgres/connect/target.ts'
import { isConnectionLost } from '../../src/postgres/sql/sqlstate.ts'
import { ask, databaseOf, failuresOf, patiently, targetOf } from '../support/database/connect.ts'
import {
  forwardTo,
  type Listener,
  saysNothing,
  throughListener,
  withListener,
} from '../support/network/network.ts'
import { anyServer } from '../support/servers/servers.ts'

/** Answers the first bytes (the request for TLS) and is silent then. */
const answers = (bytes: string | Buffer) => (socket: Socket) => {
  socket.once('data', () => socket.write(bytes)).on('data', () => {})
}

const at = (port: number, parameters = '') => `postgres://u:p@127.0.0.1:${port}/d?${parameters}`

const closes = (socket: Socket) => {
  socket.once('data', () => socket.end()).resume()
}

describe('a host where no server answers', () => {
  it('is a timeout in a black hole, and no socket is left', async () => {
    await withListener(saysNothing, async (hole) => {
      const signal = new AbortController().signal
      const failures = await failuresOf(databaseOf(at(hole.port)), { timeoutMs: 200, signal })
      expect(failures).toEqual([
        {
          host: `127.0.0.1:${hole.port}`,
          ping: 'no response',
          reason: 'TIMEOUT',
          // Some of it may be gone before the host is asked.
          message: expect.stringMatching(/within (1[6-9]\d|200) ms/),
        },
      ])
      await hole.left()
    })
  })

  it('takes no longer than connect_timeout', async () => {
    await withListener(saysNothing, async (hole) => {
      const target = retarget(targetOf(at(hole.port)), { connectTimeoutMs: 150 })
      const database = serverDatabase(target, { version: '1', warn: () => {} })
      const [failure] = await failuresOf(database, { ...patiently(), timeoutMs: 3_600_000 })
      expect(failure?.message).toMatch(/within 1[2-5]\d ms/)
    })
  })

  it.each([
    ['nothing listens', undefined, '', 'ECONNREFUSED'],
    ['the connection is closed', closes, 'sslmode=disable', 'CLOSED'],
    ['the connection is closed when asked for TLS', closes, 'sslmode=require', 'CLOSED'],
    ['a web server answers', answers('HTTP/1.1 400 Bad Request\r\n\r\n'), '', 'PROTOCOL'],
    ['more than one byte comes before TLS', answers('SX'), 'sslmode=require', 'PROTOCOL'],
    ['TLS is declined', answers('N'), 'sslmode=require', 'TLS_NOT_OFFERED'],
    ['half a message comes', answers('R\0\0\0\x0c'), 'sslmode=disable', 'TIMEOUT'],
    ['an unknown message comes', answers('!\0\0\0\x04'), 'sslmode=disable', 'PROTOCOL'],
  ])('gives no response where %s', async (_, serve, parameters, reason) => {
    const port = await withListener(serve ?? saysNothing, async (listener) => {
      if (serve === undefined) return listener.port
      const options = { timeoutMs: 300, signal: new AbortController().signal }
      const failures = await failuresOf(databaseOf(at(listener.port, parameters)), options)
      expect(failures.map((failure) => failure.reason)).toEqual([reason])
      await listener.left()
      return undefined
    })
    if (port === undefined) return
    const failures = await failuresOf(databaseOf(at(port, parameters)))
    expect(failures).toMatchObject([{ ping: 'no response', reason }])
  })

  it('is accepting where it asks for a login of a kind that is not supported', async () => {
    const GSSAPI = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 7])
    await withListener(answers(GSSAPI), async (listener) => {
      const failures = await failuresOf(databaseOf(at(listener.port, 'sslmode=disable')))
      expect(failures).toMatchObject([{ ping: 'accepting', reason: 'AUTHENTICATION' }])
      await listener.left()
    })
  })

  it('is unknown where the name is', async () => {
    const failures = await failuresOf(databaseOf('postgres://u@no-such-host.invalid/d'))
    expect(failures).toMatchObject([{ host: 'no-such-host.invalid:5432', ping: 'no response' }])
    expect(failures[0]?.reason).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/)
  })

  it('is not there where a Unix socket is not', async () => {
    const failures = await failuresOf(databaseOf('postgres:///d?host=/nonexistent'))
    expect(failures).toMatchObject([{ host: '/nonexistent/.s.PGSQL.5432', reason: 'ENOENT' }])
  })
})

describe('an abort', () => {
  const reason = new Error('stop')

  it('that came before is heeded before anything is tried', async () => {
    await withListener(saysNothing, async (listener) => {
      const options = { timeoutMs: 10_000, signal: AbortSignal.abort(reason) }
      await expect(databaseOf(at(listener.port)).connect(options)).rejects.toBe(reason)
      expect(listener.accepted()).toBe(0)
    })
  })

  it.each(['no-such-host.invalid', 'localhost', '127.0.0.1'])(
    'rejects while %s is looked up or connected to',
    async (host) => {
      const abort = new AbortController()
      const connecting = databaseOf(`postgres://u@${host}:1/d`).connect({
        timeoutMs: 10_000,
        signal: abort.signal,
      })
      abort.abort(reason)
      await expect(connecting).rejects.toBe(reason)
    },
  )

  it.each([
    ['TLS is asked for', saysNothing, 'sslmode=require'],
    ['TLS is being negotiated', answers('S'), 'sslmode=require'],
    ['the server is to answer in plain text', answers('N'), 'sslmode=prefer'],
    ['the server is to ask for a login', saysNothing, 'sslmode=disable'],
    ['the password is checked', answers(Buffer.from('R\0\0\0\x08\0\0\0\x03')), 'sslmode=disable'],
  ])('rejects at once while %s, and leaves no socket', async (_, serve, parameters) => {
    await withListener(serve, async (listener) => {
      const abort = new AbortController()
      const options = { timeoutMs: 3_600_000, signal: abort.signal }
      const connecting = databaseOf(at(listener.port, parameters)).connect(options)
      await listener.connected()
      // The handshake has gone as far as it can when the timer fires; the abort may come anywhere.
      setTimeout(() => abort.abort(reason), 100)
      await expect(connecting).rejects.toBe(reason)
      await listener.left()
    })
  })
})

describe.each(anyServer())('on $name', (server) => {
  const forward = forwardTo(server.url)
  const through = (listener: Listener) => throughListener(server.url, listener)

  it('surfaces a reset of an idle session at the next query', async () => {
    await withListener(forward, async (proxy) => {
      const session = await databaseOf(through(proxy)).connect(patiently())
      proxy.reset()
      await expect.poll(() => session.transactionStatus()).toBe('unknown')
      const error: unknown = await session.query('select 1').catch((each: unknown) => each)
      expect(error).toMatchObject({ code: 'ECONNRESET' })
      expect(isConnectionLost(error)).toBe(true)
      await session.close()
    })
  })

  it('surfaces a reset under a running query, and fails what is queued behind it', async () => {
    await withListener(forward, async (proxy) => {
      const session = await databaseOf(through(proxy)).connect(patiently())
      const texts = ['select pg_catalog.pg_sleep(30)', 'select 1']
      const running = Promise.allSettled(texts.map((text) => session.query(text)))
      setTimeout(proxy.reset, 100)
      for (const result of await running) {
        expect(result.status === 'rejected' && isConnectionLost(result.reason)).toBe(true)
      }
      await session.close()
    })
  })

  it('does not wait long for a goodbye that never comes', async () => {
    const silenced: Socket[] = []
    const serve = (socket: Socket) => {
      silenced.push(socket)
      forward(socket)
    }
    await withListener(serve, async (proxy) => {
      const session = await databaseOf(through(proxy)).connect(patiently())
      for (const socket of silenced) socket.unpipe()
      const start = performance.now()
      await session.close()
      expect(performance.now() - start).toBeLessThan(4000)
    })
  })

  it('connects by a Unix socket, never by TLS, whatever sslmode says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pgate-test-socket-'))
    const where = { path: join(folder, '.s.PGSQL.6000') }
    try {
      await withListener(
        forward,
        async () => {
          const parameters = `host=${folder}&port=6000&sslmode=require`
          const database = databaseOf(`${server.url}?${parameters}`)
          expect(database.label).toBe(`${where.path}/postgres`)
          expect(await ask(database, 'select 1 as one')).toEqual({ one: 1 })
        },
        where,
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('shares the time of a name among its addresses', async () => {
    // `localhost` is 127.0.0.1 and, on most machines, ::1 as well; one of the two answers here.
    await withListener(forward, async (proxy) => {
      const url = through(proxy).replace('127.0.0.1', 'localhost')
      expect(await ask(databaseOf(url), 'select 1 as one')).toEqual({ one: 1 })
    })
  })
})
