// The API over HTTP, the same in both versions: orders come in and go out with their total in euros.
// What it asks the database is in orders-1.mjs and orders-2.mjs.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

const { DATABASE_URL, DATABASE_URL_FILE, API_VERSION = '1' } = process.env
const { PORT = '8000', DRAIN_MS = '1000' } = process.env
const { createOrder, readOrder, changeOrder } = await import(`./orders-${API_VERSION}.mjs`)

const connectionString = DATABASE_URL_FILE
  ? readFileSync(DATABASE_URL_FILE, 'utf8').trim()
  : DATABASE_URL
const pool = new pg.Pool({ connectionString, max: 4, connectionTimeoutMillis: 5_000 })
pool.on('error', (error) => console.error('connection lost:', error.message))

let stopping = false

async function answerTo({ method, url = '/' }, body) {
  const [, id] = /^\/orders\/(\d+)$/.exec(url) ?? []
  if (url === '/ready') return [stopping ? 503 : 200, { version: API_VERSION }]
  if (method === 'POST' && url === '/orders') return [201, await createOrder(pool, await body())]
  if (method === 'GET' && id) return found(await readOrder(pool, id))
  if (method === 'PUT' && id) return found(await changeOrder(pool, id, await body()))
  return [404, { error: `nothing at ${method} ${url}` }]
}

const found = (order) => (order ? [200, order] : [404, { error: 'no such order' }])

const server = createServer(async (request, response) => {
  const [status, answer] = await answerTo(request, () => json(request)).catch((error) => {
    console.error(request.method, request.url, error.message)
    return [500, { error: error.message }]
  })
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(answer)}\n`)
})

server.listen(Number(PORT), () => console.log(`version ${API_VERSION} listens on port ${PORT}`))

// No longer ready, then a moment for those who have not noticed yet, then no new connection.
process.once('SIGTERM', async () => {
  stopping = true
  await delay(Number(DRAIN_MS))
  server.close(() => pool.end())
  server.closeIdleConnections()
})
