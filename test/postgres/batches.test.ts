import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { type RunningPgate, startPgate } from '../support/cli/cli.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { psqlServers, runPsql } from '../support/database/psql.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { anyOf, servers, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** 1,000 rows, and how often each was changed. */
const TABLE = `create table t (id bigint primary key, n integer not null default 0);
insert into t select g from generate_series(1, 1000) g;`
const UPDATE = 'UPDATE t SET n = t.n + 1 FROM batch WHERE t.id = batch.id;'
const batch = (rest: string, statement = UPDATE) => `-- pgate: batch ${rest}\n${statement}`
const ONCE = 'select n, count(*)::int as rows from t group by n'
const PROGRESS = `select statement, keys::int as keys, rows::int as rows, batches,
  finished is not null as finished from pgate_batch order by run, statement`

/** A key of every kind that may be compared, sorted or written in more than one way. */
const KINDS = `create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create domain part as text collate "C";
create type mood as enum ('z', 'a');
create table "T 1" ("Id" uuid primary key default gen_random_uuid(), t text collate ci not null unique, p part not null,
  m mood not null, d timestamptz not null, f float8 not null unique, q numeric not null unique,
  c char(7) not null unique, i interval not null unique, n int not null default 0, unique (m, p, d));
create unique index on "T 1" (p text_pattern_ops, d desc);
insert into "T 1" (t, p, m, d, f, q, c, i) select chr(65 + g % 58) || g, 'p''\\' || g % 90, case g % 2 when 0 then 'a' else 'z' end::mood,
  '2020-01-01'::timestamptz + g * interval '1 h 0.123456 s', g / 3.0, case g when 300 then 'NaN' else g / 7.0 end,
  g::text, g * interval '-1 month +3 days -00:00:01.5' from generate_series(1, 300) g;
create table parts (id bigint, d date, n int default 0, primary key (d, id)) partition by range (d);
create table parts_1 partition of parts for values from ('2020-01-01') to ('2021-01-01');
create table parts_2 partition of parts for values from ('2021-01-01') to ('2023-01-01');
insert into parts select g, date '2020-12-01' + g % 50 from generate_series(1, 300) g;`

describe.each(anyOf(psqlServers()))('batches on $name', (server) => {
  const it = testOn(server)
  const envOf = (url: string, path: string) => ({
    ...{
      DATABASE_URL: url,
      PGATE_MIGRATIONS: path,
      PGATE_EXTENSIONS: '',
    },
  })

  it('change each row once, by keys of every kind', async ({ database: { url, name }, folder }) => {
    await queryRows(url, KINDS)
    // How the role writes values must not matter.
    await queryRows(url, `alter database "${name}" set extra_float_digits = -3`)
    const keys = [['"Id"'], ['t'], ['m', 'p', 'd'], ['p', 'd'], ['f'], ['q'], ['c'], ['i']]
    const upgrade = [
      ...keys.map((key) => {
        const where = key.map((one) => `x.${one} = batch.${one}`).join(' AND ')
        const sql = `UPDATE "T 1" x SET n = n + 1 FROM batch WHERE ${where};`
        return batch(`"T 1" by ${key.join(', ')}, 200 rows`, sql)
      }),
      batch('parts, 200 rows', 'UPDATE parts SET n = n + 1 FROM batch WHERE parts.id = batch.id;'),
    ].join('\n')
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
    expect(await runPgateHere([], { env: envOf(url, folder.path) })).toMatchObject({ exitCode: 0 })
    const once = (table: string) =>
      queryRows(url, `select n, count(*)::int as rows from ${table} group by n`)
    expect(await once('"T 1"')).toEqual([{ n: 8, rows: 300 }])
    expect(await once('parts')).toEqual([{ n: 1, rows: 300 }])
    expect(
      await queryRows(
        url,
        'select distinct keys::int as keys, rows::int as rows, batches from pgate_batch',
      ),
    ).toEqual([{ keys: 300, rows: 300, batches: 2 }])
  })

  it('insert, delete, merge and begin with WITH; and go back', async ({
    database: { url },
    folder,
  }) => {
    await queryRows(url, `${TABLE} create table copy (like t)`)
    const upgrade = [
      batch('t, 300 rows', 'INSERT INTO copy SELECT t.* FROM t JOIN batch USING (id);'),
      batch(
        'public.t by (id), 300 rows',
        'WITH RECURSIVE k AS (SELECT id FROM batch) DELETE FROM t USING k WHERE t.id = k.id AND t.id % 2 = 0;',
      ),
      ...(server.major < 15
        ? []
        : [
            batch(
              't, 300 rows',
              'MERGE INTO copy USING batch ON copy.id = batch.id WHEN MATCHED THEN UPDATE SET n = 7;',
            ),
          ]),
    ].join('\n')
    const downgrade = batch('t, 300 rows', 'DELETE FROM copy USING batch WHERE copy.id = batch.id;')
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade, downgrade }))
    const env = envOf(url, folder.path)
    expect(await runPgateHere([], { env: { ...env, PGATE_BATCH_ROWS: '250' } })).toMatchObject({
      exitCode: 0,
    })
    expect(await queryRows(url, 'select count(*)::int as t from t')).toEqual([{ t: 500 }])
    expect(await queryRows(url, PROGRESS)).toEqual([
      { statement: 2, keys: 1000, rows: 1000, batches: 4, finished: true },
      { statement: 4, keys: 1000, rows: 500, batches: 4, finished: true },
      ...(server.major < 15
        ? []
        : [{ statement: 6, keys: 500, rows: 500, batches: 2, finished: true }]),
    ])
    expect(await runPgateHere(['verify', '--strict'], { env })).toMatchObject({ exitCode: 0 })
    expect(await runPgateHere(['downgrade', 'base'], { env })).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, 'select count(*)::int as copy from copy')).toEqual([{ copy: 500 }])
  })

  it('leave to an application what it adds, changes and deletes meanwhile', async ({
    database: { url },
    folder,
  }) => {
    await queryRows(url, TABLE)
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: batch('t, 100 rows, pause 20ms') }),
    )
    let isOver = false
    const [result] = await Promise.all([
      runPgateHere([], { env: envOf(url, folder.path) }).finally(() => {
        isOver = true
      }),
      withClient(url, async (application) => {
        for (let at = 1; !isOver; at += 1) {
          await application.query('insert into t values ($1, -1)', [1000 + at])
          await application.query('update t set n = n + 10 where id = $1', [(at * 7) % 1000])
          await application.query('delete from t where id = $1', [(at * 13) % 1000])
        }
      }),
    ])
    expect(result).toMatchObject({ exitCode: 0 })
    expect(
      await queryRows(url, 'select count(*)::int as twice from t where id <= 1000 and n % 10 <> 1'),
    ).toEqual([{ twice: 0 }])
    expect(
      await queryRows(
        url,
        'select count(*) > 0 as some, bool_and(n = -1) as theirs from t, pgate_batch where id > until_key[1]::bigint',
      ),
    ).toEqual([{ some: true, theirs: true }])
  })

  it('of no rows, or of a table that this revision makes, are done at once', async ({
    database: { url },
    folder,
  }) => {
    const upgrade = `CREATE TABLE t (id bigint PRIMARY KEY, n int);\n${batch('t, 100 rows')}`
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
    expect(await runPgateHere([], { env: envOf(url, folder.path) })).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, PROGRESS)).toEqual([
      { statement: 3, keys: 0, rows: 0, batches: 0, finished: true },
    ])
  })

  it.for([
    [
      'no primary key',
      'create table t (id bigint unique, n int)',
      't',
      'public.t has no primary key',
    ],
    [
      'a key that may be NULL',
      'create table t (id bigint unique, n int)',
      't by id',
      'a column of it may be NULL',
    ],
    [
      'a partial index',
      'create table t (id bigint not null, n int); create unique index on t (id) where n > 0',
      't by id',
      'it is partial',
    ],
    [
      'a deferrable key',
      'create table t (id bigint primary key deferrable, n int)',
      't',
      'it is deferrable',
    ],
    ['a view', 'create view t as select 1 as id, 2 as n', 't by id', 'public.t is no table'],
    [
      'a key that is changed',
      'create table t (id bigint primary key, n int not null unique)',
      't by n',
      'the statement changes n',
    ],
  ])(
    'are refused for %s before anything has run',
    async ([, made, line, found], { database: { url }, folder }) => {
      await queryRows(url, made ?? '')
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE first ();' }))
      await folder.write(
        'b.sql',
        revisionText({ id: 'bbb', revises: 'aaa', upgrade: batch(`${line}, 100 rows`) }),
      )
      const result = await runPgateHere([], { env: envOf(url, folder.path) })
      expect(result).toMatchObject({ exitCode: 53 })
      expect(result.stdout).toContain('BATCH_KEY')
      expect(result.stdout).toContain(found)
      expect(
        await queryRows(
          url,
          "select to_regclass('first') as first, to_regclass('pgate_batch') as batch",
        ),
      ).toEqual([{ first: null, batch: null }])
    },
  )

  it('continue after a row broke a constraint, once it or the statement was fixed', async ({
    database: { url },
    folder,
  }) => {
    await queryRows(
      url,
      `${TABLE} update t set n = 5 where id = 450; alter table t add check (n < 6)`,
    )
    const write = (statement: string, rows = 100) =>
      folder.write(
        'a.sql',
        revisionText({
          id: 'aaa',
          upgrade: `CREATE TABLE first ();\n${batch(`t, ${rows} rows`, statement)}`,
        }),
      )
    await write(UPDATE)
    const env = envOf(url, folder.path)
    const first = await runPgateHere([], { env })
    expect(first).toMatchObject({ exitCode: 53 })
    for (const said of [
      'a.sql:10:1: ',
      '(SQLSTATE 23514)',
      'up to key (400)',
      'the keys after (400) up to (500)',
    ])
      expect(first.stdout).toContain(said)
    expect(await queryRows(url, PROGRESS)).toEqual([
      { statement: 3, keys: 400, rows: 400, batches: 4, finished: false },
    ])
    const status = await runPgateHere(['status'], { env })
    expect(status.stdout).toContain('; statement 3: 4 batches, 400 rows changed, 40%')
    const current = await runPgateHere(['current', '--verbose'], { env })
    expect(current.stdout).toContain(
      'Batches of aaa, statement 3 (public.t): 4 batches, 400 rows changed, 40%, the last at ',
    )
    await write('UPDATE t SET n = least(t.n + 1, 5) FROM batch WHERE t.id = batch.id;', 200)
    const second = await runPgateHere([], { env })
    expect(second).toMatchObject({ exitCode: 0 })
    expect(second.stderr).toContain('batch.edited')
    expect(await queryRows(url, `${ONCE} order by n`)).toEqual([
      { n: 1, rows: 999 },
      { n: 5, rows: 1 },
    ])
  })

  it('name the keys of the batch whose COMMIT a deferred constraint refuses', async ({
    database: { url },
    folder,
  }) => {
    await queryRows(
      url,
      `${TABLE} create table p (n integer primary key); insert into p values (0);
      alter table t add foreign key (n) references p deferrable initially deferred`,
    )
    const sql = 'UPDATE t SET n = (t.id = 700)::int FROM batch WHERE t.id = batch.id;'
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: batch('t, 300 rows', sql) }))
    const { exitCode, stdout } = await runPgateHere([], { env: envOf(url, folder.path) })
    expect(exitCode).toBe(53)
    expect(stdout).toContain(
      'up to key (600); the one under way has the keys after (600) up to (900)',
    )
  })

  it('of a table that is not there say that, and ask for no index', async ({
    database: { url },
    folder,
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: batch('"T", 5 rows') }))
    const { exitCode, stdout } = await runPgateHere([], { env: envOf(url, folder.path) })
    expect(exitCode).toBe(53)
    expect(stdout).toMatch(/there is no table "T"\. Next: Write the table's name there as it is/)
    expect(stdout).not.toContain('INDEX')
  })

  it('are not begun again with another table or key', async ({ database: { url }, folder }) => {
    await queryRows(url, `${TABLE} alter table t add check (id <> 450 or n = 0)`)
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: batch('t, 100 rows') }))
    const env = envOf(url, folder.path)
    expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 53 })
    for (const upgrade of [batch('t by id, 100 rows'), 'UPDATE t SET n = n + 1;']) {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
      const result = await runPgateHere([], { env })
      expect(result).toMatchObject({ exitCode: 51 })
      expect(result.stdout).toContain('HISTORY_EDITED')
    }
  })

  it('wait for a lock on one row, and try again', async ({ database: { url }, folder }) => {
    await queryRows(url, TABLE)
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: batch('t, 300 rows') }))
    // A statement_timeout that is shorter must not hide the lock.
    const env = {
      ...envOf(url, folder.path),
      PGATE_DDL_LOCK_TIMEOUT: '5s',
      PGATE_STATEMENT_TIMEOUT: '2s',
    }
    await withClient(url, async (holder) => {
      await holder.query('begin; select from t where id = 450 for update')
      const gate = startPgate([], { env })
      await gate.says(/revision\.retry.*55P03|55P03.*revision\.retry/)
      await holder.query('commit')
      const result = await gate.ended
      expect(result).toMatchObject({ exitCode: 0 })
      expect(result.stderr).not.toContain('batch.halved')
    })
    expect(await queryRows(url, ONCE)).toEqual([{ n: 1, rows: 1000 }])
  })

  it('are halved by the statement_timeout of the role', async ({
    database: { url, name },
    folder,
  }) => {
    await queryRows(url, `${TABLE} alter database "${name}" set statement_timeout = '1500ms'`)
    const slow =
      'UPDATE t SET n = t.n + 1 FROM batch WHERE t.id = batch.id AND pg_sleep(0.002) IS NOT NULL;'
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: batch('t, 1000 rows', slow) }))
    const result = await runPgateHere([], { env: envOf(url, folder.path) })
    expect(result).toMatchObject({ exitCode: 0 })
    expect(result.stderr).toContain('a batch of 1000 rows met statement_timeout; trying 500')
    expect(await queryRows(url, ONCE)).toEqual([{ n: 1, rows: 1000 }])
  })

  it('that are killed or stopped go on behind the last that was committed', async ({
    database: { url },
    folder,
  }) => {
    await queryRows(url, TABLE)
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: batch('t, 10 rows, pause 20ms') }),
    )
    const env = envOf(url, folder.path)
    for (const [signal, most] of [
      ['SIGKILL', 3],
      ['SIGKILL', 10],
      ['SIGTERM', 20],
    ] as const) {
      const gate = startPgate([], { env })
      await untilBatches(url, gate, most)
      gate.kill(signal)
      const { exitCode } = await gate.ended
      expect(exitCode).toBe(signal === 'SIGTERM' ? 143 : null)
    }
    expect((await queryRows(url, PROGRESS))[0]).toMatchObject({ finished: false })
    expect(
      await runPgateHere([], { env: { ...env, PGATE_BATCH_ROWS: '500', PGATE_BATCH_PAUSE: '0' } }),
    ).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, ONCE)).toEqual([{ n: 1, rows: 1000 }])
  })

  it('are the same in a script that psql runs', async ({ database, folder }) => {
    const upgrade = `${TABLE}\nCREATE TABLE c (a int, "B" text COLLATE "C", n int DEFAULT 0, PRIMARY KEY (a, "B"));
INSERT INTO c SELECT g % 3, 'k''\\' || g FROM generate_series(1, 300) g;
${batch('t, 300 rows')}
${batch('c by a, "B", 200 rows', `WITH k AS (SELECT *, '$1' AS x FROM batch) UPDATE c SET n = n + 1 FROM k WHERE (c.a, c."B") = (k.a, k."B");`)}`
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
    const env = envOf(database.url, folder.path)
    const script = await runPgateHere(['upgrade', '--sql'], { env })
    expect(script).toMatchObject({ exitCode: 0 })
    expect(await runPsql(server, database, script.stdout)).toMatchObject({
      exitCode: 0,
      stderr: '',
    })
    expect(await queryRows(database.url, ONCE)).toEqual([{ n: 1, rows: 1000 }])
    expect(
      await queryRows(database.url, 'select n, count(*)::int as rows from c group by n'),
    ).toEqual([{ n: 1, rows: 300 }])
    const journal = 'select statements, statements_done_checksum from pgate_journal'
    const [scripted] = await queryRows(database.url, journal)
    await withDatabase(server, async ({ url }) => {
      expect(await runPgateHere([], { env: envOf(url, folder.path) })).toMatchObject({
        exitCode: 0,
      })
      expect((await queryRows(url, `${journal} order by id`))[0]).toEqual(scripted)
    })
  })
})

describe.each(servers({ docker: true }).slice(0, 1))(
  'batches through PgBouncer on $name',
  (server) => {
    const it = testOn(server)

    it.for(['session', 'transaction'] as const)(
      'run by %s pooling',
      async (mode, { database: { url, name }, folder }) => {
        await queryRows(url, TABLE)
        await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: batch('t, 300 rows') }))
        await withPgbouncer(server, mode, async (pooler) => {
          const env = {
            DATABASE_URL: pooler.urlOf(name),
            PGATE_MIGRATIONS: folder.path,
            PGATE_EXTENSIONS: '',
          }
          expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
        })
        expect(await queryRows(url, ONCE)).toEqual([{ n: 1, rows: 1000 }])
      },
    )
  },
)

async function untilBatches(url: string, gate: RunningPgate, least: number): Promise<void> {
  const { pid } = gate
  for (;;) {
    const [found] = await queryRows<{ batches: number }>(
      url,
      'select batches from pgate_batch',
    ).catch(() => [])
    if ((found?.batches ?? 0) >= least) return
    if (pid === 0) throw new Error(`pgate is gone: ${gate.output().stderr}`)
    await sleep(5)
  }
}
