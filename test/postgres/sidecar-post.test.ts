import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { postJson } from '../../src/sidecar/notify/notify.ts'

describe('a post', () => {
  it.each<readonly [string, (response: ServerResponse) => void, string | undefined]>([
    ['is taken by a 204', (response) => response.writeHead(204).end(), undefined],
    ['is refused by a 500', (response) => response.writeHead(500).end('no'), 'it answered 500'],
    [
      'does not follow a redirect',
      (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
      'it answered 307',
    ],
    ['does not wait for ever', () => {}, 'no answer within 0.2 s'],
    ['does not read an endless answer', (response) => void endless(response), undefined],
    ['reports a reset by its code', (response) => void response.destroy(), 'ECONNRESET'],
  ])('%s', async (_, answer, problem) => {
    expect(await posted(answer)).toBe(problem)
  })

  it('reports by a code that nobody is there, and not the URL', async () => {
    const signal = new AbortController().signal
    const url = 'http://127.0.0.1:1/s3cr3t'
    expect(await postJson({ url, body: '{}', timeoutMs: 5_000, signal })).toBe('ECONNREFUSED')
  })
})

function endless(response: ServerResponse): void {
  response.writeHead(200)
  const more = setInterval(() => response.write('x'.repeat(1_000)), 1)
  response.once('close', () => clearInterval(more))
}

async function posted(answer: (response: ServerResponse) => void): Promise<string | undefined> {
  const server = createServer((_, response) => answer(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`
  try {
    const { signal } = new AbortController()
    return await postJson({ url, body: '{"a":1}', timeoutMs: 200, signal })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
