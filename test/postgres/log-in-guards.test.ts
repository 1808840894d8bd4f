import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ask, databaseOf, failuresOf, patiently } from '../support/database/connect.ts'
import { withListener } from '../support/network/network.ts'
import { servers } from '../support/servers/servers.ts'

const PASSWORD = 'CANARYpw'

function message(type: string, ...parts: readonly (string | Buffer | number)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part !== 'number') return Buffer.from(part)
      const bytes = Buffer.alloc(4)
      bytes.writeInt32BE(part)
      return bytes
    }),
  )
  const head = Buffer.alloc(5, type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const CLEARTEXT = message('R', 3)
const MD5 = message('R', 5, 'salt')
const SCRAM = message('R', 10, 'SCRAM-SHA-256\0\0')
const WELCOME = message('R', 0)
const READY = message('Z', 'I')

/** A false server: declines TLS, then says the next of these each time the client has spoken. */
function saying(...answers: readonly Buffer[]) {
  const heard: Buffer[] = []
  const serve = (socket: Socket) => {
    let next = 0
    socket.on('data', (chunk) => {
      heard.push(chunk)
      if (chunk.length === 8 && chunk.readInt32BE(4) === 80877103) return void socket.write('N')
      const answer = answers[next++]
      if (answer !== undefined) socket.write(answer)
    })
  }
  return { serve, heard: () => Buffer.concat(heard).toString('latin1') }
}

const at = (port: number, parameters = '') =>
  `postgres://app:${PASSWORD}@127.0.0.1:${port}/d?${parameters}`

const PASSWORD_MESSAGE = /p\0\0\0/

describe('require_auth', () => {
  it.each([
    ['scram-sha-256', CLEARTEXT, 'the password in clear text'],
    ['scram-sha-256', MD5, 'asks for md5'],
    ['scram-sha-256', Buffer.concat([WELCOME, READY]), 'without a password'],
    ['md5', CLEARTEXT, 'the password in clear text'],
    ['password', MD5, 'asks for md5'],
    ['password', SCRAM, 'asks for scram-sha-256'],
    ['none', CLEARTEXT, 'the password in clear text'],
    ['none', SCRAM, 'asks for scram-sha-256'],
    ['gss,sspi', SCRAM, 'asks for scram-sha-256'],
    ['!password', CLEARTEXT, 'the password in clear text'],
    ['!password,!md5', MD5, 'asks for md5'],
    ['!none', Buffer.concat([WELCOME, READY]), 'without a password'],
    ['!scram-sha-256', SCRAM, 'asks for scram-sha-256'],
  ])('%s refuses a server before it is sent a password', async (methods, answer, words) => {
    const server = saying(answer, Buffer.concat([WELCOME, READY]))
    await withListener(server.serve, async (listener) => {
      const url = at(listener.port, `require_auth=${encodeURIComponent(methods)}`)
      const failures = await failuresOf(databaseOf(url))
      expect(failures).toMatchObject([{ ping: 'accepting', reason: 'REQUIRE_AUTH' }])
      expect(failures[0]?.message).toContain(words)
      await listener.left()
    })
    expect(server.heard()).not.toContain(PASSWORD)
    expect(server.heard()).not.toMatch(PASSWORD_MESSAGE)
  })

  it('counts an exchange that the server breaks off with a welcome as none at all', async () => {
    const server = saying(SCRAM, Buffer.concat([WELCOME, READY]))
    await withListener(server.serve, async (listener) => {
      const failures = await failuresOf(databaseOf(at(listener.port, 'require_auth=scram-sha-256')))
      expect(failures).toMatchObject([{ reason: 'REQUIRE_AUTH' }])
    })
  })

  it('comes from PGREQUIREAUTH, too', async () => {
    const server = saying(CLEARTEXT)
    await withListener(server.serve, async (listener) => {
      const variables = { PGREQUIREAUTH: 'scram-sha-256' }
      const failures = await failuresOf(databaseOf(at(listener.port), { variables }))
      expect(failures).toMatchObject([{ reason: 'REQUIRE_AUTH' }])
    })
    expect(server.heard()).not.toContain(PASSWORD)
  })

  it.each(['password', 'password,scram-sha-256', '!md5', '!none'])(
    '%s gives the password to a server that asks for it in clear text',
    async (methods) => {
      const server = saying(CLEARTEXT, Buffer.concat([WELCOME, READY]))
      await withListener(server.serve, async (listener) => {
        const url = at(listener.port, `require_auth=${encodeURIComponent(methods)}`)
        const session = await databaseOf(url).connect(patiently())
        await session.close()
      })
      expect(server.heard()).toContain(PASSWORD)
    },
  )
})

describe('a server that does not keep to the order of a login', () => {
  const FINAL = message('R', 12, 'v=AAAA')
  const welcomed = Buffer.concat([WELCOME, READY])

  it.each([
    ['gives its own proof and asks for none', [Buffer.concat([FINAL, welcomed])]],
    ['gives its proof at once with its offer', [Buffer.concat([SCRAM, FINAL, welcomed])]],
    ['breaks SCRAM off with a welcome', [SCRAM, welcomed]],
    ['is ready before it has let the role in', [READY]],
    ['asks for the password once it has let the role in', [Buffer.concat([WELCOME, CLEARTEXT])]],
    ['offers SCRAM twice', [Buffer.concat([SCRAM, SCRAM])]],
  ])('is refused where it %s', async (_, answers) => {
    const server = saying(...answers)
    await withListener(server.serve, async (listener) => {
      const failures = await failuresOf(databaseOf(at(listener.port, 'sslmode=disable')))
      expect(failures).toMatchObject([{ reason: 'AUTHENTICATION' }])
    })
    expect(server.heard()).not.toContain(PASSWORD)
  })

  it('is refused where it gives its challenge again, before that is worked upon', async () => {
    const serve = (socket: Socket) => {
      let next = 0
      socket.on('data', (chunk) => {
        next += 1
        if (next === 1) return void socket.write(SCRAM)
        const nonce = /r=([^,\0]+)/.exec(chunk.toString('latin1'))?.[1]
        const challenge = message('R', 11, `r=${nonce}x,s=c2FsdA==,i=5000000`)
        if (next === 2) socket.write(Buffer.concat([challenge, challenge]))
      })
    }
    await withListener(serve, async (listener) => {
      const failures = await failuresOf(databaseOf(at(listener.port, 'sslmode=disable')))
      expect(failures).toMatchObject([{ reason: 'AUTHENTICATION' }])
    })
  })

  it.each([
    ['an error', message('E', 'SFATAL')],
    ['a notice', message('N', 'SFATAL')],
    ['a parameter', message('S', 'server_version')],
    ['a list of logins', message('R', 10, 'SCRAM-SHA-256')],
    ['a message of another time', message('T', Buffer.from([0, 1]))],
  ])('ends the attempt with %s whose text has no end', async (_, answer) => {
    await withListener(saying(answer).serve, async (listener) => {
      const failures = await failuresOf(databaseOf(at(listener.port, 'sslmode=disable')))
      expect(failures).toHaveLength(1)
      expect(failures[0]?.reason).toMatch(/^(?:PROTOCOL|AUTHENTICATION)$/)
    })
  })
})

describe('what a server sends before the login is over', () => {
  const endless = Buffer.from([0x52, 0x7f, 0xff, 0xff, 0xff])

  it.each([
    ['the longest message that there can be', [endless]],
    ['one that is negative', [Buffer.from([0x52, 0xff, 0xff, 0xff, 0xff])]],
    ['one whose head comes in pieces', [endless.subarray(0, 2), endless.subarray(2)]],
    ['an error of 70,000 bytes', [message('E', 'x'.repeat(70_000))]],
    ['a hundred long notices', Array(100).fill(message('N', `M${'x'.repeat(60_000)}\0\0`))],
  ])('ends the attempt where it is %s', async (_, pieces) => {
    const serve = (socket: Socket) => {
      socket.once('data', async () => {
        for (const piece of pieces) {
          socket.write(piece)
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      })
      socket.resume()
    }
    await withListener(serve, async (listener) => {
      const failures = await failuresOf(databaseOf(at(listener.port, 'sslmode=disable')))
      expect(failures).toMatchObject([{ reason: 'PROTOCOL' }])
      expect(failures[0]?.message).toContain('before the login is over')
      await listener.left()
    })
  })
})

describe('iterations of SCRAM', () => {
  it('are refused at once where no server of good will asks for so many', async () => {
    const serve = (socket: Socket) => {
      let next = 0
      socket.on('data', (chunk) => {
        next += 1
        if (next === 1) return void socket.write(SCRAM)
        const nonce = /r=([^,\0]+)/.exec(chunk.toString('latin1'))?.[1]
        if (next === 2) socket.write(message('R', 11, `r=${nonce}x,s=c2FsdA==,i=2147483647`))
      })
    }
    await withListener(serve, async (listener) => {
      const began = performance.now()
      const failures = await failuresOf(databaseOf(at(listener.port, 'sslmode=disable')))
      expect(failures).toMatchObject([{ ping: 'accepting', reason: 'SCRAM_ITERATIONS' }])
      expect(performance.now() - began).toBeLessThan(2_000)
    })
  })

  const able = servers().filter(({ major }) => major >= 16)

  it.each(able.map((server) => [server.name, server] as const))(
    'are done where they are 600,000, as on a hardened %s',
    async (_, server) => {
      const database = databaseOf(server.url)
      const role = `hardened_${process.pid}`
      await ask(
        database,
        `set scram_iterations = 600000; create role ${role} login password '${PASSWORD}'`,
      )
      try {
        const { host, pathname } = new URL(server.url)
        const url = `postgres://${role}:${PASSWORD}@${host}${pathname}`
        expect(await ask(databaseOf(url), 'select current_user as me')).toEqual({ me: role })
      } finally {
        await ask(database, `drop role ${role}`)
      }
    },
  )
})
