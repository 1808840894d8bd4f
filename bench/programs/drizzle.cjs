// Its CommonJS build, of which less is loaded: the other takes several times as long to start.
const { drizzle } = require('drizzle-orm/node-postgres')
const { migrate } = require('drizzle-orm/node-postgres/migrator')
const pg = require('pg')

async function main() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
  await client.connect()
  await migrate(drizzle(client), { migrationsFolder: process.argv[2] })
  await client.end()
}

main()
