import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { Umzug } from 'umzug'

const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
await client.query('create table if not exists umzug_migrations (name text primary key)')
const umzug = new Umzug({
  migrations: {
    glob: join(process.argv[2], '*.sql'),
    resolve: ({ name, path }) => ({
      name,
      up: async () => client.query(await readFile(path, 'utf8')),
    }),
  },
  storage: {
    executed: async () => {
      const { rows } = await client.query('select name from umzug_migrations order by name')
      return rows.map((row) => row.name)
    },
    logMigration: ({ name }) => client.query('insert into umzug_migrations values ($1)', [name]),
    unlogMigration: ({ name }) =>
      client.query('delete from umzug_migrations where name = $1', [name]),
  },
  logger: undefined,
})
await umzug.up()
await client.end()
