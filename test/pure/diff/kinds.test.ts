import { describe, expect, it } from 'vitest'
import type { Definition } from '../../../src/catalog/object-key.ts'
import { WRITERS } from '../../../src/diff/kinds/writers.ts'
import { objectOf } from '../../../src/diff/objects.ts'

type Objects = Readonly<Record<string, Definition>>

const TRIGGER =
  'CREATE TRIGGER x BEFORE UPDATE OF a ON public.t FOR EACH ROW EXECUTE FUNCTION public.f()'

describe('what makes an object', () => {
  it.each<[string, Definition, readonly string[]]>([
    [
      'function public.f(integer, text)',
      {
        arguments: "a integer, b text DEFAULT 'x'::text",
        returns: 'text',
        language: 'sql',
        body: 'select $$a$$',
        volatility: 'immutable',
        strict: true,
        parallel: 'safe',
        cost: '5',
        settings: ['search_path=public, pg_temp', "a.b=it's", 'search_path from current'],
      },
      [
        `CREATE FUNCTION public.f(a integer, b text DEFAULT 'x'::text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
SET search_path TO public, pg_temp
SET "a"."b" TO 'it''s'
SET search_path FROM CURRENT
AS $body$select $$a$$$body$`,
      ],
    ],
    ['trigger public.t.x', { definition: TRIGGER, enabled: 'enabled' }, [TRIGGER]],
    [
      'trigger public.t.x',
      { definition: TRIGGER, enabled: 'replica' },
      [TRIGGER, 'ALTER TABLE public.t ENABLE REPLICA TRIGGER x'],
    ],
    [
      'policy public.t.p',
      { command: 'select', roles: ['public', 'the migrating role'], using: '(a > 1)' },
      ['CREATE POLICY p ON public.t FOR SELECT TO PUBLIC, CURRENT_USER USING ((a > 1))'],
    ],
    [
      'revoke EXECUTE on function public.f(integer) from public',
      { on: 'function public.f(integer)' },
      ['REVOKE EXECUTE ON ROUTINE public.f(integer) FROM PUBLIC'],
    ],
    [
      'grant UPDATE on column public.t."A b" to app with grant option',
      { on: 'column public.t."A b"' },
      ['GRANT UPDATE ("A b") ON TABLE public.t TO app WITH GRANT OPTION'],
    ],
    [
      'grant SELECT on new tables in schema "Audit" of the migrating role to app',
      { on: 'new tables in schema "Audit" of the migrating role' },
      ['ALTER DEFAULT PRIVILEGES IN SCHEMA "Audit" GRANT SELECT ON TABLES TO app'],
    ],
    [
      'grant CREATE on the database to app',
      { on: 'the database' },
      [
        "DO $pgate$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO app', current_database()); END $pgate$",
      ],
    ],
    [
      'setting work_mem of role app in the database',
      { value: '4MB' },
      [
        `DO $pgate$ BEGIN EXECUTE format('ALTER ROLE app IN DATABASE %I SET work_mem TO ''4MB''', current_database()); END $pgate$`,
      ],
    ],
    [
      'operator public.===(text, text)',
      { function: 'public.same', commutator: '=(text,text)', hashes: true },
      [
        'CREATE OPERATOR public.=== (FUNCTION = public.same, LEFTARG = text, RIGHTARG = text, COMMUTATOR = OPERATOR(pg_catalog.=), HASHES)',
      ],
    ],
    [
      'option statistics of column public.t.a',
      { on: 'column public.t.a', value: '500' },
      ['ALTER TABLE public.t ALTER COLUMN a SET STATISTICS 500'],
    ],
    [
      'owner of materialized view public.m',
      { role: 'app' },
      ['ALTER MATERIALIZED VIEW public.m OWNER TO app'],
    ],
  ])('is right of %s', (key, definition, expected) => {
    const object = made({ [key]: definition }, key)
    expect(sqlOf(WRITERS[object.kind]?.create(object, []))).toEqual(expected)
  })
})

describe('what drops an object', () => {
  it.each<[string, Definition, readonly unknown[]]>([
    ['function public.f(integer)', {}, ['DROP FUNCTION public.f(integer)']],
    ['aggregate public.f()', {}, ['DROP ROUTINE public.f()']],
    ['policy public.t."A b"', {}, ['DROP POLICY "A b" ON public.t']],
    [
      'revoke EXECUTE on function public.f() from public',
      { on: 'function public.f()' },
      ['GRANT EXECUTE ON ROUTINE public.f() TO PUBLIC'],
    ],
    [
      'option fillfactor of table public.t',
      { on: 'table public.t', value: '70' },
      ['ALTER TABLE public.t RESET (fillfactor)'],
    ],
    ['owner of view public.v', { role: 'app' }, ['ALTER VIEW public.v OWNER TO CURRENT_USER']],
    ['cast (integer as public.state)', {}, ['DROP CAST (integer AS public.state)']],
    ['setting work_mem of the database', { value: '4MB' }, []],
    [
      'grant role a to b',
      { on: 'role a', recent: true },
      [
        {
          key: 'grant role a to b',
          why: 'an administrator may have made it, and no revision: take it away by hand where that is meant',
        },
      ],
    ],
  ])('is right of %s', (key, definition, expected) => {
    const object = made({ [key]: definition }, key)
    expect(sqlOf(WRITERS[object.kind]?.drop(object))).toEqual(expected)
  })
})

describe('what changes an object in place', () => {
  it.each<[string, Objects, Objects, readonly string[] | 'rebuild' | { why: string }]>([
    [
      'composite type public.c',
      { 'composite type public.c': { attributes: ['a integer', '"b c" text'] } },
      { 'composite type public.c': { attributes: ['"b c" text', 'd numeric(1,2)'] } },
      [
        'ALTER TYPE public.c DROP ATTRIBUTE a CASCADE',
        'ALTER TYPE public.c ADD ATTRIBUTE d numeric(1,2) CASCADE',
      ],
    ],
    [
      'composite type public.c',
      { 'composite type public.c': { attributes: ['a integer', 'b text'] } },
      { 'composite type public.c': { attributes: ['b text', 'a integer'] } },
      'rebuild',
    ],
    [
      'view public.v',
      {
        'view public.v': { definition: ' SELECT 1 AS a;' },
        'column public.v.a': { type: 'integer', position: '1' },
      },
      {
        'view public.v': {
          definition: ' SELECT 1 AS a, 2 AS b;',
          options: ['security_invoker=true'],
        },
        'column public.v.a': { type: 'integer', position: '1' },
        'column public.v.b': { type: 'integer', position: '2' },
      },
      ['CREATE OR REPLACE VIEW public.v WITH (security_invoker=true) AS\nSELECT 1 AS a, 2 AS b'],
    ],
    [
      'view public.v',
      {
        'view public.v': { definition: ' SELECT 1 AS a;' },
        'column public.v.a': { type: 'integer', position: '1' },
      },
      {
        'view public.v': { definition: ' SELECT 1 AS b;' },
        'column public.v.b': { type: 'integer', position: '1' },
      },
      'rebuild',
    ],
    [
      'function public.f()',
      { 'function public.f()': { returns: 'integer', language: 'sql', body: 'select 1' } },
      { 'function public.f()': { returns: 'integer', language: 'sql', body: 'select 2' } },
      ['CREATE OR REPLACE FUNCTION public.f()\nRETURNS integer\nLANGUAGE sql\nAS $$select 2$$'],
    ],
    [
      'function public.f()',
      { 'function public.f()': { returns: 'integer', language: 'sql', body: 'select 1' } },
      { 'function public.f()': { returns: 'bigint', language: 'sql', body: 'select 1' } },
      'rebuild',
    ],
    [
      'server s',
      { 'server s': { wrapper: 'w', options: ['host=a', 'port=1', 'password=…'] } },
      { 'server s': { wrapper: 'w', options: ['host=b', 'password=…', 'user=u'] } },
      [`ALTER SERVER s OPTIONS (DROP "port", SET "host" 'b', ADD "user" 'u')`],
    ],
    [
      'server s',
      { 'server s': { wrapper: 'w' } },
      { 'server s': { wrapper: 'w', options: ['password=…'] } },
      { why: 'the value of an option may be a secret and is not read' },
    ],
    [
      'extension vector',
      { 'extension vector': { schema: 'public', version: '0.7' } },
      { 'extension vector': { schema: 'public', version: '0.8' } },
      [],
    ],
  ])('is right of %s', (key, from, to, expected) => {
    const [before, after] = [made(from, key), made(to, key)]
    const changed = WRITERS[before.kind]?.alter(before, after)
    if (Array.isArray(expected) || expected === 'rebuild') expect(sqlOf(changed)).toEqual(expected)
    else expect(changed).toEqual([{ key, ...expected }])
  })
})

function made(objects: Objects, key: string) {
  const schema = { objects: new Map(Object.entries(objects)), needs: new Map() }
  const object = objectOf(schema, key)
  if (object === undefined) throw new Error(`there is no ${key}`)
  return object
}

function sqlOf(written: ReturnType<(typeof WRITERS)[string]['alter']> | undefined) {
  if (written === undefined || written === 'rebuild') return written
  return written.map((one) => ('sql' in one ? one.sql : one))
}
