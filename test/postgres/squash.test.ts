import { execFile } from 'node:child_process'
import { cp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { type RevisionFolder, revisionText } from '../support/cli/revision-folder.ts'
import { SYSTEMS } from '../support/cli/systems.ts'
import { queryRows } from '../support/database/query.ts'
import { sized } from '../support/run/long.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

interface Step {
  readonly upgrade: string
  readonly downgrade?: string
}

/** Each with what a dump writes apart from the table, and rows that refer to each other. */
const HISTORY: Readonly<Record<string, Step>> = {
  a: {
    upgrade: `
      CREATE TYPE role AS ENUM ('admin');
      CREATE TABLE teams (id int PRIMARY KEY, gone int, parent int REFERENCES teams);
      CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL CHECK (email IN ('a', 'b@c')),
        team int REFERENCES teams, made timestamptz NOT NULL DEFAULT now());
      INSERT INTO teams (id, parent) VALUES (1, NULL), (2, 1);
      INSERT INTO users (email, team) VALUES ('b@c', 2);`,
    downgrade: 'DROP TABLE users, teams; DROP TYPE role;',
  },
  b: { upgrade: `ALTER TYPE role ADD VALUE 'user' BEFORE 'admin';`, downgrade: '' },
  c: {
    upgrade: `
      ALTER TABLE teams DROP COLUMN gone, ADD COLUMN name varchar(20) DEFAULT 'it''s \\ one', ADD COLUMN raw bytea;
      ALTER TABLE users ADD COLUMN role role NOT NULL DEFAULT 'user';
      UPDATE teams SET raw = '\\x00ff' WHERE id = 2;
      CREATE TABLE a_log (who bigint REFERENCES users, at serial);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.a_log (who) VALUES (new.id); RETURN new; END $$;
      CREATE TRIGGER note AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION note();
      CREATE VIEW admins AS SELECT * FROM users WHERE role = 'admin';
      CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM users;
      INSERT INTO users (email) VALUES ('a');
      REFRESH MATERIALIZED VIEW counts;
      ALTER TABLE users CLUSTER ON users_pkey;
      ALTER SEQUENCE a_log_at_seq CACHE 5;
      COMMENT ON TABLE users IS 'public.users, it''s \\ "all"';
      COMMENT ON COLUMN users.email IS 'where to';
      COMMENT ON CONSTRAINT users_pkey ON users IS 'one each';
      COMMENT ON FUNCTION note() IS 'notes';
      CREATE DOMAIN short AS text CONSTRAINT "as on Mondays" CHECK (length(VALUE) < 9);
      COMMENT ON CONSTRAINT "as on Mondays" ON DOMAIN short IS 'few';`,
  },
  d: { upgrade: 'CREATE INDEX CONCURRENTLY users_team ON users (team);' },
  e: { upgrade: 'CREATE TABLE later (id int);', downgrade: 'DROP TABLE later;' },
}

const ROWS = `select (select json_agg(t order by id) from teams t)::text as teams,
  (select json_agg(to_jsonb(u) - 'made' order by id) from users u)::text as users,
  (select json_agg(l) from a_log l)::text as log, (select count from counts)::int as counts,
  (select last_value from a_log_at_seq)::int as drawn, (select last_value from users_id_seq)::int as users_drawn`

async function write(folder: RevisionFolder, steps: Readonly<Record<string, Step>>): Promise<void> {
  let revises: string | undefined
  for (const [id, step] of Object.entries(steps)) {
    await folder.write(`${id}.sql`, revisionText({ id, ...step, ...(revises && { revises }) }))
    revises = id
  }
}

async function dumpOf({ container = '' }: TestServer, database: string): Promise<string> {
  const without = ['--exclude-table=alembic_version', '--exclude-table=pgate_journal*']
  const args = ['exec', container, 'pg_dump', '-U', 'postgres', '--schema-only', ...without]
  const { stdout } = await promisify(execFile)('docker', [...args, database])
  return stdout.replace(/^\\(?:un)?restrict .*$/gm, '')
}

describe.each(anyServer({ docker: true, vector: true }))('squash on $name', (server) => {
  const it = testOn(server)

  const run = async (args: readonly string[], path: string, url?: string) => {
    const env = { PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '', ...(url && { DATABASE_URL: url }) }
    const { exitCode, stdout, stderr } = await runPgateHere([...args, '--json'], { env })
    return { exitCode, stderr, ...JSON.parse(stdout) }
  }
  const squash = (path: string, ...args: readonly string[]) =>
    run(['squash', ...args, '--shadow-url', server.url], path)

  it('makes one revision whose dump and rows are those of the many', {
    timeout: 120_000,
  }, async ({ folder, database: before }) => {
    await write(folder, HISTORY)
    const history = join(folder.path, 'history')
    await folder.write('history/.keep', '')
    for (const id of Object.keys(HISTORY))
      await cp(join(folder.path, `${id}.sql`), join(history, `${id}.sql`))
    expect(await run(['upgrade'], history, before.url)).toMatchObject({ exitCode: 0 })
    const made = await squash(folder.path, 'base:d', '-m', 'First year')
    expect(made, made.message).toMatchObject({ exitCode: 0, revision: 'd', rows: 5 })
    expect(made.replaced).toHaveLength(4)
    const files = await readdir(folder.path)
    expect(files.filter((name) => name.endsWith('.sql'))).toEqual(['d_first_year.sql', 'e.sql'])
    await withDatabase(server, async (after) => {
      expect(await run(['upgrade'], folder.path, after.url)).toMatchObject({
        exitCode: 0,
        applied: [{ revision: 'd' }, { revision: 'e' }],
      })
      expect(await dumpOf(server, after.name)).toBe(await dumpOf(server, before.name))
      expect(await queryRows(after.url, ROWS)).toEqual(await queryRows(before.url, ROWS))
      expect(await run(['reset', '--yes'], folder.path, after.url)).toMatchObject({ exitCode: 0 })
    })
    expect(await run(['manifest', '--shadow-url', server.url], folder.path)).toMatchObject({
      exitCode: 0,
    })
    expect(await run(['gate'], folder.path, before.url)).toMatchObject({ exitCode: 0 })
  })

  it('refuses what each build draws otherwise, until its statements are carried over', async ({
    folder,
  }) => {
    await write(folder, {
      a: { upgrade: 'CREATE TABLE s (n int, secret uuid DEFAULT gen_random_uuid());' },
      b: { upgrade: 'INSERT INTO s (n) VALUES (1);' },
      c: { upgrade: 'INSERT INTO s (n) VALUES (2);' },
    })
    const refused = await squash(folder.path, 'base:head')
    expect(refused).toMatchObject({ exitCode: 50, code: 'REVISION_NOT_SQUASHED' })
    expect(refused.message).toContain('public.s.secret')
    expect(refused.hint).toContain('--data-from')
    expect(await readdir(folder.path)).toEqual(['a.sql', 'b.sql', 'c.sql'])
    const half = await squash(folder.path, 'base:head', '--data-from', 'b')
    expect(half.message).toContain('public.s has 1 rows, not 2')
    const keep = join(folder.path, 'old')
    const data = ['--data-from', 'b', '--data-from', 'c']
    const made = await squash(folder.path, 'base:head', ...data, '--keep', keep)
    expect(made, made.message).toMatchObject({ exitCode: 0, revision: 'c' })
    expect(await readdir(keep)).toEqual(['a.sql', 'b.sql', 'c.sql'])
  })

  it('refuses a range in the middle that would lose rows of older databases', async ({
    folder,
  }) => {
    await write(folder, {
      a: { upgrade: 'CREATE TABLE t (id int, name text);' },
      b: { upgrade: 'ALTER TABLE t ADD COLUMN x int;' },
      c: { upgrade: 'UPDATE t SET x = id;' },
      d: { upgrade: 'ALTER TABLE t RENAME name TO title;' },
    })
    expect((await squash(folder.path, 'b:c')).hint).toContain('--data-from c')
    expect((await squash(folder.path, 'b:d', '--data-from', 'c')).message).toContain(
      'it would destroy',
    )
    const made = await squash(folder.path, 'b:c', '--data-from', 'c')
    expect(made, made.message).toMatchObject({ exitCode: 0, revision: 'c', rows: 0 })
    const all = await squash(folder.path, 'base:head', '-m', 'All')
    expect(all, all.message).toMatchObject({ exitCode: 0, revision: 'd' })
    const text = await readFile(join(folder.path, 'd_all.sql'), 'utf8')
    expect(text).toContain('-- replaces: a, b, c\n')
    expect(await run(['history'], folder.path)).toMatchObject({ exitCode: 0 })
  })

  it.for(sized({ sample: [], whole: SYSTEMS }))(
    'makes one revision of $name',
    async ({ name, migrations }, { folder }) => {
      await cp(migrations, folder.path, { recursive: true })
      await rm(join(folder.path, 'manifest.json'), { force: true })
      const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: 'vector,uuid-ossp' }
      const args = ['squash', 'base:head', '--shadow-url', server.url, '-m', name]
      const made = await runPgateHere(args, { env })
      expect(made.exitCode, made.stdout).toBe(0)
      const trip = await runPgateHere(['test', '--all', '--shadow-url', server.url], { env })
      expect(trip.stdout).toContain('1 revision up, down and up again')
    },
  )

  it('is quick, however many they are', { timeout: 300_000 }, async ({ folder }) => {
    const count = sized({ sample: 10, whole: 500 })
    const steps = Array.from({ length: count }, (_, index) => {
      const table = `t_${Math.floor(index / 5)}`
      const upgrade =
        index % 5 === 0
          ? `CREATE TABLE ${table} (id int PRIMARY KEY, name text DEFAULT 'n'); INSERT INTO ${table} VALUES (1), (2);`
          : `ALTER TABLE ${table} ADD COLUMN c_${index} int DEFAULT ${index}; CREATE INDEX ON ${table} (c_${index});`
      return [`r${String(index).padStart(4, '0')}`, { upgrade }] as const
    })
    await write(folder, Object.fromEntries(steps))
    const start = performance.now()
    const made = await squash(folder.path, 'base:head')
    const seconds = (performance.now() - start) / 1000
    expect(made, made.message).toMatchObject({ exitCode: 0 })
    expect(seconds).toBeLessThan(60)
  })
})
