import type { Client } from 'pg'
import { withClient } from '../database/query.ts'
import type { State } from './fault.ts'

/** What a database holds, by its superuser's URL; tables called `held` are a test's own. */
export function stateOf(url: string): Promise<State> {
  return withClient(url, async (client) => ({
    journal: await journalOf(client),
    versions: await column(client, 'alembic_version', 'version_num'),
    schema: await schemaOf(client),
  }))
}

async function journalOf(client: Client): Promise<readonly string[]> {
  return column(
    client,
    'pgate_journal',
    `revision || ' ' || outcome || case when outcome = 'done' then ''
       else ', ' || statements_done || ' of ' || statements end`,
    `action <> 'verify' order by id`,
  )
}

async function schemaOf(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string; table: boolean; valid: boolean | null }>(
    `select c.relname as name, c.relkind = 'r' as table, i.indisvalid as valid
       from pg_class c left join pg_index i on i.indexrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'i')
        and c.relname !~ '^(alembic_version|pgate_|held)' order by 1`,
  )
  return Promise.all(
    rows.map(async ({ name, table, valid }) => {
      if (!table) return valid ? name : `${name} (invalid)`
      const [count] = await column(client, name, 'count(*)')
      return count === '0' ? name : `${name} (${count} row${count === '1' ? '' : 's'})`
    }),
  )
}

/** One column as text; empty where the table is not there. */
async function column(
  client: Client,
  table: string,
  expression: string,
  where = 'true',
): Promise<readonly string[]> {
  const there = await client.query(`select where to_regclass('public.${table}') is not null`)
  if (there.rowCount === 0) return []
  const { rows } = await client.query<{ text: string }>(
    `select (${expression})::text as text from public.${table} where ${where}`,
  )
  return rows.map(({ text }) => text)
}
