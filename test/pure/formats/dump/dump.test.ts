import { describe, expect, it } from 'vitest'
import { type DumpedTable, dumpedSchema } from '../../../../src/formats/dump/dump.ts'
import { isToolTable } from '../../../../src/formats/tool-rows.ts'
import { failureOf } from '../../revisions/support.ts'

const isMigrators = ({ name, columns }: DumpedTable) => isToolTable(name, columns)
const dumped = (text: string) => dumpedSchema({ name: 'standard input', text }, isMigrators)

/** As pg_dump 17 begins and ends. */
const HEAD = `--
-- PostgreSQL database dump
--

\\restrict x9aB

-- Dumped from database version 17.2

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
SET row_security = off;

`

const TAIL = `
--
-- PostgreSQL database dump complete
--

\\unrestrict x9aB
`

const TABLE = `--
-- Name: users; Type: TABLE; Schema: public; Owner: app
--

CREATE TABLE public.users (
    id integer NOT NULL -- the key
);


ALTER TABLE public.users OWNER TO app;
`

const HISTORY = `CREATE TABLE public.knex_migrations (
    id integer NOT NULL,
    name character varying(255),
    batch integer,
    migration_time timestamp with time zone
);
ALTER TABLE public.knex_migrations OWNER TO app;
COMMENT ON TABLE public.knex_migrations IS 'x';
COMMENT ON COLUMN public.knex_migrations.id IS 'x';
CREATE SEQUENCE public.knex_migrations_id_seq AS integer START WITH 1;
ALTER TABLE public.knex_migrations_id_seq OWNER TO app;
ALTER SEQUENCE public.knex_migrations_id_seq OWNED BY public.knex_migrations.id;
ALTER TABLE ONLY public.knex_migrations ALTER COLUMN id SET DEFAULT nextval('public.knex_migrations_id_seq'::regclass);
ALTER TABLE ONLY public.knex_migrations ADD CONSTRAINT knex_migrations_pkey PRIMARY KEY (id);
CREATE INDEX knex_i ON public.knex_migrations USING btree (name);
GRANT SELECT ON TABLE public.knex_migrations TO reader;
GRANT SELECT ON SEQUENCE public.knex_migrations_id_seq TO reader;
`

describe('a dump of a schema', () => {
  it('is taken without its settings, owners and comments', async () => {
    const { sql, statements, leftOut } = await dumped(HEAD + TABLE + TAIL)
    expect(sql).toBe('CREATE TABLE public.users (\n    id integer NOT NULL -- the key\n);')
    expect({ statements, leftOut }).toEqual({ statements: 1, leftOut: [] })
  })

  it("loses a migrator's own table with all that hangs on it, and nothing else", async () => {
    const other = [
      'CREATE TABLE public.migrations (\n    id integer,\n    who text\n);',
      'CREATE TABLE app.alembic_version (\n    major integer\n);',
      "COMMENT ON TABLE public.migrations IS 'of birds';",
      'GRANT SELECT ON TABLE public.migrations TO reader;',
      'CREATE SEQUENCE public.own_seq;',
    ]
    const { sql, leftOut } = await dumped(`${HEAD}${HISTORY}${other.join('\n')}${TAIL}`)
    expect(leftOut).toEqual(['public.knex_migrations'])
    expect(sql.split('\n\n')).toEqual(other)
  })

  it('has no comment on an extension, no schema public, and views with their rows', async () => {
    const kept = [
      'CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;',
      'CREATE SCHEMA app;',
      "COMMENT ON SCHEMA app IS 'ours';",
      'CREATE MATERIALIZED VIEW app.mv AS\n SELECT 1 AS one\n  WITH NO DATA;',
      'CREATE UNIQUE INDEX i ON app.mv USING btree (one);',
    ]
    const gone = [
      'CREATE SCHEMA public;',
      "COMMENT ON SCHEMA public IS 'standard public schema';",
      "COMMENT ON EXTENSION pg_trgm IS 'trigrams';",
      'ALTER SCHEMA app OWNER TO app;',
      'ALTER MATERIALIZED VIEW app.mv OWNER TO app;',
    ]
    const { sql } = await dumped(HEAD + [...kept, ...gone].join('\n') + TAIL)
    expect(sql).toBe(kept.join('\n\n').replace('\n  WITH NO DATA', ''))
  })
})

describe('what is no dump of a schema is refused by its line', () => {
  it.each([
    ['rows', `${TABLE}\nCOPY public.users (id) FROM stdin;\n1\n\\.\n`, 12, '--schema-only'],
    ['rows as INSERT', `${TABLE}\nINSERT INTO public.users VALUES (1);\n`, 12, '--schema-only'],
    ['a sequence', `${TABLE}\nSELECT pg_catalog.setval('s', 1, true);\n`, 12, '--schema-only'],
    ['a dump with CREATE DATABASE', `\n\\connect app\n${TABLE}`, 2, 'without --create'],
    ['another text', 'PGDMP something else', 1, 'pg_dump --schema-only writes'],
    ['nothing', '', null, 'see whether pg_dump failed'],
    ['a dump of no object', HEAD + TAIL, null, 'it makes no object'],
    ['a history alone', HISTORY, null, 'it makes no object'],
  ])('%s', async (_, text, line, said) => {
    const error = await failureOf(() => dumped(text), 'IMPORT_INVALID')
    expect(error.facts).toMatchObject({ source: 'standard input', line })
    expect(error.message).toContain(said)
  })
})
