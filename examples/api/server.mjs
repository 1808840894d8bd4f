// The API behind the gate: it says which tables it sees. It starts only where pgate has opened
// the gate, so it neither waits for PostgreSQL nor checks the schema itself.
import { createServer } from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({
  connectionString: process.env.DATABASE__URL.replace('+asyncpg', ''),
  max: 2,
})

const server = createServer(async (request, response) => {
  try {
    const { rows } = await pool.query(
      `select table_name from information_schema.tables
        where table_schema = 'public' order by table_name`,
    )
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ tables: rows.map((row) => row.table_name) }))
  } catch (error) {
    console.error(request.url, error.message)
    response.writeHead(503, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: 'the database does not answer' }))
  }
})

server.listen(8000, () => console.log('mai-api listens on port 8000'))

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close()
    pool.end()
  })
}
