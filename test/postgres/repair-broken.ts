import { withClient } from '../support/database/query.ts'

/** Every way in which an index gets broken and can be repaired, in two schemas. */
export const REPAIRABLE = /* SQL */ `
  create schema audit;
  create table users (id int primary key, email text, name text);
  insert into users select g, 'u' || g, 'n' from generate_series(1, 100) g;
  create table orders (id int primary key, user_id int references users);
  create unique index users_email on users (lower(email)) where id > 0;
  create index "odd ""name" on users (name desc nulls last);
  create table audit.events (id int, day date) partition by range (day);
  create table audit.events_1 partition of audit.events for values from ('2026-01-01') to ('2026-02-01');
  create table audit.events_2 partition of audit.events for values from ('2026-02-01') to ('2026-03-01');
  create index events_id on audit.events (id);
  create index "kept_ccnew" on audit.events_1 (day);
  create index lone_ccnew on audit.events_2 (day);`

/** What a server does to them that is killed at the right moment; needs a superuser. */
export const BREAK = /* SQL */ `
  update pg_index set indisvalid = false where indexrelid = any (array[
    'users_pkey', 'users_email', '"odd ""name"', 'audit.events_id', 'audit.events_1_id_idx',
    'audit.lone_ccnew']::regclass[]);
  update pg_index set indisready = false, indislive = false where indexrelid = 'users_email'::regclass;`

/** Leaves \`…_ccnew\` of the index: a REINDEX that another transaction keeps waiting, and gives up. */
export async function leaveCopy(url: string, index: string, writes: string): Promise<void> {
  await withClient(url, async (writer) => {
    await writer.query(`begin; ${writes}`)
    await withClient(url, async (client) => {
      await client.query(`set lock_timeout = '50ms'`)
      const failed = client.query(`reindex index concurrently ${index}`)
      await failed.then(
        () => Promise.reject(new Error('nothing was in the way')),
        () => {},
      )
    })
    await writer.query('commit')
  })
}

/** The names of all that are not valid, in their order. */
export const BROKEN = `select indexrelid::regclass::text as name from pg_index
  where not (indisvalid and indisready and indislive) order by 1`
