import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Log } from '../../src/base/log.ts'
import { withHttpServer } from '../../src/sidecar/http/http-server.ts'
import { answersOf } from '../../src/sidecar/status/answers.ts'
import { type Board, createBoard } from '../../src/sidecar/status/board.ts'
import { statusWith } from '../pure/sidecar/support.ts'
import { callPgate } from '../support/cli/call.ts'
import { SILENT_LOG } from '../support/cli/silent-log.ts'

/** Serves a board in this process; `open` opens a connection and sends the beginning of a request. */
async function withServer<T>(
  use: (served: {
    readonly board: Board
    readonly port: string
    open(text: string): Promise<Socket>
  }) => Promise<T>,
  log: Log = SILENT_LOG,
): Promise<T> {
  const board = createBoard(statusWith())
  const address = { host: '127.0.0.1', port: 0 }
  return withHttpServer(
    { answers: answersOf(board), address, names: ['here'], log },
    async ({ url }) => {
      const open = async (text: string) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1')
        socket.on('error', () => {})
        await once(socket, 'connect')
        socket.write(text)
        return socket
      }
      return use({ board, open, port: new URL(url).port })
    },
  )
}

const request = (path: string, ...headers: readonly string[]) =>
  [`GET ${path} HTTP/1.1`, 'Host: here', ...headers, '', ''].join('\r\n')

describe('the HTTP side of the sidecar', () => {
  it('closes a connection that sends a request too slowly, or a body that nobody asked for', async () => {
    await withServer(async ({ open }) => {
      const slow = await open('GET /status HTTP/1.1\r\nHost: here\r\nX-Slow: ')
      const silent = await open('')
      const heavy = await open(`${request('/healthz', 'Content-Length: 1000000000')}xxxx`)
      const answers = await Promise.all([slow, silent, heavy].map(textOf))
      expect(answers.map((text) => text.split('\r\n', 1)[0])).toEqual([
        'HTTP/1.1 408 Request Timeout',
        'HTTP/1.1 408 Request Timeout',
        'HTTP/1.1 200 OK',
      ])
    })
  })

  it.each([
    ['127.0.0.1:8432', 200],
    ['10.0.0.7:8432', 200],
    ['10.0.0.7', 200],
    ['[::1]:8432', 200],
    ['[fe80::1]', 200],
    ['localhost', 200],
    ['LOCALHOST:8432', 200],
    ['localhost.:80', 200],
    ['here:1234', 200],
    ['Here', 200],
    ['evil.example', 421],
    ['evil.example:8432', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example', 421],
    ['[evil]:8432', 421],
    ['evil@127.0.0.1', 421],
    ['there', 421],
  ])('answers a request for the host %s with %s, whatever its path', async (host, code) => {
    await withServer(async ({ open }) => {
      for (const path of ['/status', '/healthz', '/metrics', '/']) {
        const text = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
        const answer = await textOf(await open(text))
        expect(answer.split('\r\n', 1)[0]).toMatch(new RegExp(`^HTTP/1.1 ${code} `))
        if (code === 421) expect(answer).not.toContain('db:5432')
      }
    })
  })

  it('answers a probe of HTTP/1.0 that names no host', async () => {
    await withServer(async ({ open }) => {
      const answer = await textOf(await open('GET /healthz HTTP/1.0\r\n\r\n'))
      expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    })
  })

  it('sends a listener that reads slowly the newest document, and not each one on the way', async () => {
    await withServer(async ({ board, open }) => {
      const socket = await open(request('/events'))
      await once(socket, 'readable')
      socket.pause()
      const line = 'x'.repeat(500_000)
      const { verify } = board.status()
      for (let turn = 0; turn <= 100; turn += 1) {
        board.post({ verify: { ...verify, objects: turn, notices: [line] } })
        await delay(1)
      }
      let text = ''
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      socket.resume()
      await expect.poll(() => text.includes('"objects":100,'), { timeout: 10_000 }).toBe(true)
      expect(text.split('event: status').length).toBeLessThan(50)
      socket.destroy()
    })
  })

  it('answers 500 and continues where an answer cannot be made', async () => {
    const reported: string[] = []
    const log = { ...SILENT_LOG, error: (event: string) => void reported.push(event) }
    await withServer(async ({ board, open }) => {
      const whole = board.status().verify
      // No status is so: a fault of whatever makes the metrics of it.
      board.post({ verify: JSON.parse('{}') })
      const broken = await open(request('/metrics', 'Connection: close'))
      expect(await textOf(broken)).toMatch(/^HTTP\/1\.1 500 /)
      expect(reported).toEqual(['sidecar.bug'])
      board.post({ verify: whole })
      const fixed = await open(request('/metrics', 'Connection: close'))
      expect(await textOf(fixed)).toMatch(/^HTTP\/1\.1 200 /)
    }, log)
  })

  it('leaves no connection open when it ends, whatever is being sent', async () => {
    const sockets = await withServer(async ({ open }) => [
      await open('GET /status HTTP/1.1\r\nHost: here\r\nX-Slow: '),
      await open(request('/events')),
      await open(request('/status')),
      await open(''),
    ])
    const closed = sockets.map((socket) => (socket.closed ? undefined : once(socket, 'close')))
    for (const socket of sockets) socket.resume()
    await Promise.all(closed)
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
  })
})

async function textOf(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk
  return text
}

describe('pgate probe', () => {
  it('is 0 where the sidecar answers that it is ready', async () => {
    await withServer(async ({ board, port }) => {
      board.post({ openedAt: '2026-11-20T09:05:07.123Z', verdict: 'open' })
      const { exitCode, stdout } = await callPgate(['probe'], { PGATE_LISTEN: `0.0.0.0:${port}` })
      expect({ exitCode, stdout }).toEqual({
        exitCode: 0,
        stdout: 'pgate probe done (exit 0): open\n',
      })
    })
  })

  it('is 30 with what the sidecar says where it is not', async () => {
    await withServer(async ({ board, port }) => {
      board.post(statusWith({ openedAt: null, verdict: 'shut' }))
      const call = ['probe', '--for', 'started', '--listen', `127.0.0.1:${port}`]
      const { exitCode, stdout } = await callPgate(call)
      expect(exitCode).toBe(30)
      expect(stdout).toContain('SIDECAR_UNHEALTHY): the sidecar answers 503: shut')
    })
  })

  it('is 30 where nothing listens, and where what listens does not answer', async () => {
    const silent = createServer(() => {})
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const slow = await callPgate(['probe', '--listen', `127.0.0.1:${port}`])
    silent.close()
    expect(slow.exitCode).toBe(30)
    expect(slow.stdout).toContain('no answer within 3s')
    const absent = await callPgate(['probe', '--listen', `127.0.0.1:${port}`])
    expect(absent.exitCode).toBe(30)
    expect(absent.stdout).toContain('ECONNREFUSED')
  })
})
