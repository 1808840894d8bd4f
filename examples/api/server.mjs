// The API behind the gate: it says which tables it sees. It starts only where pgate has opened
// the gate, so it neither waits for PostgreSQL nor checks the schema itself.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import pg from 'pg'

const { DATABASE_URL, DATABASE__URL, DATABASE_URL_FILE, PORT = '8000' } = process.env

const given = DATABASE_URL_FILE
  ? readFileSync(DATABASE_URL_FILE, 'utf8').trim()
  : (DATABASE_URL ?? DATABASE__URL)
// The URL may be written for SQLAlchemy; pg knows no `+asyncpg`.
const url = given?.replace(/^postgres(ql)?\+\w+:/, 'postgresql:')
const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 5_000 })
// A connection that was idle when PostgreSQL went away: the next request opens another.
pool.on('error', (error) => console.error('connection lost:', error.message))

async function tables() {
  const { rows } = await pool.query(
    `select table_name from information_schema.tables
      where table_schema = 'public' order by table_name`,
  )
  return rows.map((row) => row.table_name)
}

const server = createServer(async (request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify(body)}\n`)
  }
  try {
    answer(200, { tables: await tables() })
  } catch (error) {
    console.error(request.url, error.message)
    answer(503, { error: 'the database does not answer' })
  }
})

server.listen(PORT, () => console.log(`mai-api listens on port ${PORT}`))

// As PID 1 there is no default handler: without these every stop would take ten seconds.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close()
    pool.end()
  })
}
