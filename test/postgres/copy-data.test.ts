import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { it } from '../support/cli/it.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { runPsql } from '../support/database/psql.ts'
import { queryRows } from '../support/database/query.ts'
import { journalRuns } from '../support/faults/crash.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { anyServer, servers, type TestDatabase, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const COPY = `CREATE TABLE t (id int PRIMARY KEY, name text);
COPY t (id, name) FROM stdin;
1\tit's; \\\\d :x
2\t\\N
\\.
COPY t FROM STDIN WITH (FORMAT csv, HEADER);
id,name
3,"a
b"
\\.
INSERT INTO t VALUES (4, 'ü🎉');`

const ROWS = [
  { id: 1, name: "it's; \\d :x" },
  { id: 2, name: null },
  { id: 3, name: 'a\nb' },
  { id: 4, name: 'ü🎉' },
]

interface Place {
  readonly database: TestDatabase
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  readonly write: (upgrade: string) => Promise<void>
}

describe.each(anyServer())('COPY … FROM stdin with its data on $name', (server) => {
  async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
    await withRevisionFolder(async (folder) => {
      await withDatabase(server, async (database) => {
        const { url } = database
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        await use({
          database,
          url,
          env,
          write: (upgrade) => folder.write('a.sql', revisionText({ id: 'aaa', upgrade })),
        })
      })
    })
  }

  it('is run, the rows as they stand there', async () => {
    await withPlace(async ({ url, env, write }) => {
      await write(COPY)
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select * from t order by id')).toEqual(ROWS)
    })
  })

  it('is run by a script for psql', async () => {
    await withPlace(async ({ database, url, env, write }) => {
      await write(COPY)
      const { stdout: script } = await runPgateHere(['upgrade', '--sql'], { env })
      expect(await runPsql(server, database, script)).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select * from t order by id')).toEqual(ROWS)
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
    })
  })

  it('is taken up behind the rows that are there', async () => {
    await withPlace(async ({ url, env, write }) => {
      const file = (last: string) => `${COPY}\nCREATE INDEX CONCURRENTLY i ON t (name);\n${last}`
      await write(file('COPY t (id) FROM stdin;\n5\nsix\n\\.'))
      const { exitCode, stdout, stderr } = await runPgateHere(['gate', '--json'], { env })
      expect(exitCode).toBe(53)
      expect(JSON.parse(stdout).facts).toMatchObject({ line: 22, sqlstate: '22P02', statement: 6 })
      expect(stderr).toContain('a.sql:22: invalid input syntax')
      await write(file('COPY t (id) FROM stdin;\n5\n6\n\\.'))
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select count(*)::int from t')).toEqual([{ count: 6 }])
      expect(await journalRuns(url)).toMatchObject([{ outcome: 'done', statements_done: 6 }])
    })
  })

  it('of many megabytes goes to the server as it takes it', async () => {
    await withPlace(async ({ url, env, write }) => {
      const rows = Array.from({ length: 200_000 }, (_, id) => `${id}\t${'row of data '.repeat(4)}`)
      await write(
        `CREATE TABLE t (id int, name text);\nCOPY t FROM stdin;\n${rows.join('\n')}\n\\.\n`,
      )
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select count(*)::int from t')).toEqual([{ count: 200_000 }])
    })
  })

  it('is run from a whole plain dump, schema and data', async () => {
    await withPlace(async ({ url, env, write }) => {
      await write(DUMP)
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select id, name from public.people order by id')).toEqual([
        { id: 1, name: 'Ada' },
        { id: 2, name: 'Grace' },
      ])
      expect(await runPgateHere(['check'], { env })).toMatchObject({ exitCode: 0 })
    })
  })
})

describe.each(servers({ docker: true }).slice(0, 1))('through a pooler on $name', (server) => {
  const it = testOn(server)

  it('COPY … FROM stdin is run with its data', async ({ folder, database }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: COPY }))

    await withPgbouncer(server, 'transaction', async (pooler) => {
      const env = {
        DATABASE_URL: pooler.urlOf(database.name),
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
      }
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
    })
    expect(await queryRows(database.url, 'select * from t order by id')).toEqual(ROWS)
  })
})

describe('the built-in PostgreSQL', () => {
  it('runs COPY … FROM stdin with its data, and says which line is wrong', async ({ folder }) => {
    const count = `DO $$ BEGIN ASSERT (SELECT count(*) FROM t) = 4; END $$;`
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: `${COPY}\n${count}` }))
    const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    expect(await runPgateHere(['gate', '--embedded'], { env })).toMatchObject({ exitCode: 0 })
    const wrong = `CREATE TABLE t (id int);\nCOPY t FROM stdin;\n1\nx\n\\.`
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: wrong }))
    const { exitCode, stdout } = await runPgateHere(['gate', '--embedded', '--json'], { env })
    expect(exitCode).toBe(53)
    expect(JSON.parse(stdout).facts).toMatchObject({ line: 11, sqlstate: '22P02' })
  })
})

/** As pg_dump 17 writes it. */
const DUMP = `--
-- PostgreSQL database dump
--

\\restrict 3dyHsY8VfGd8Rv3kyrEfrjOvmFfnDS4SSd0yoXfIvzGDkW1RpT4JrQ6yDh0hCYV

-- Dumped from database version 17.6
-- Dumped by pg_dump version 17.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;

--
-- Name: people; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.people (
    id integer NOT NULL,
    name text
);

ALTER TABLE public.people OWNER TO CURRENT_USER;

CREATE SEQUENCE public.people_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.people_id_seq OWNED BY public.people.id;
ALTER TABLE ONLY public.people ALTER COLUMN id SET DEFAULT nextval('public.people_id_seq'::regclass);

--
-- Data for Name: people; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.people (id, name) FROM stdin;
1\tAda
2\tGrace
\\.

SELECT pg_catalog.setval('public.people_id_seq', 2, true);

ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);

--
-- PostgreSQL database dump complete
--

\\unrestrict 3dyHsY8VfGd8Rv3kyrEfrjOvmFfnDS4SSd0yoXfIvzGDkW1RpT4JrQ6yDh0hCYV
`
