import { describe, expect, it } from 'vitest'
import { withKept } from '../../../src/author/kept.ts'
import { leftToAuthor } from '../../../src/author/left-out.ts'
import { whatDiffers } from '../../../src/author/proof.ts'
import { readRenames, renameOption } from '../../../src/author/renames.ts'
import { sectionText } from '../../../src/author/section.ts'
import type { Definition } from '../../../src/catalog/object-key.ts'
import type { Schema } from '../../../src/diff/schema.ts'
import type { Statement } from '../../../src/diff/statement.ts'
import { gateError } from '../../support/cli/step.ts'

function schema(
  objects: Readonly<Record<string, Definition>>,
  needs: Readonly<Record<string, readonly string[]>> = {},
): Schema {
  return {
    objects: new Map(Object.entries(objects)),
    needs: new Map(Object.entries(needs).map(([key, all]) => [key, new Set(all)])),
  }
}

const NONE = new Set<Statement>()
const keys = (one: Schema) => [...one.objects.keys()]

describe('a section', () => {
  const from = schema({ 'table public.t': {}, 'table public.p': { partitionKey: 'LIST (a)' } })
  const index = (name: string, table: string): Statement => ({
    sql: `CREATE INDEX ${name} ON public.${table} USING btree (a)`,
    key: `index public.${name}`,
  })

  it('of statements that share a transaction has neither BEGIN nor COMMIT', () => {
    const statements = [{ sql: 'CREATE TABLE public.a ()', key: 'table public.a' }]
    expect(sectionText({ statements, leftOut: NONE, from, to: from })).toBe(
      'CREATE TABLE public.a ();',
    )
  })

  it('builds an index of a table of before concurrently and last, unless the table is partitioned or new', () => {
    const to = schema({
      'index public.i': { table: 'public.t' },
      'index public.j': { table: 'public.p' },
      'index public.k': { table: 'public.a' },
    })
    const statements = [
      index('i', 't'),
      { sql: 'CREATE TABLE public.a (a int)', key: 'table public.a' },
      index('j', 'p'),
      index('k', 'a'),
    ]
    expect(sectionText({ statements, leftOut: NONE, from, to }).split('\n\n')).toEqual([
      'BEGIN;',
      'CREATE TABLE public.a (a int);',
      'CREATE INDEX j ON public.p USING btree (a);',
      'CREATE INDEX k ON public.a USING btree (a);',
      'COMMIT;',
      'CREATE INDEX CONCURRENTLY i ON public.t USING btree (a);',
    ])
  })

  it('builds the index first that something needs', () => {
    const to = schema(
      { 'index public.i': { table: 'public.t' } },
      { 'constraint public.b.f': ['index public.i'] },
    )
    const key = { sql: 'ALTER TABLE public.b ADD …', key: 'constraint public.b.f' }
    const text = sectionText({ statements: [index('i', 't'), key], leftOut: NONE, from, to })
    expect(text.indexOf('CONCURRENTLY')).toBeLessThan(text.indexOf('ALTER TABLE'))
  })

  it('commits the value of an enum before what may use it', () => {
    const statements: readonly Statement[] = [
      { sql: "ALTER TYPE public.e ADD VALUE 'c'", key: 'enum public.e', isApart: true },
      { sql: 'ALTER TABLE public.t ALTER COLUMN a SET DEFAULT 1', key: 'column public.t.a' },
    ]
    const text = sectionText({ statements, leftOut: NONE, from, to: from })
    expect(text.split('\n\n')).toEqual([
      'BEGIN;',
      "ALTER TYPE public.e ADD VALUE 'c';",
      'COMMIT;',
      'BEGIN;',
      'ALTER TABLE public.t ALTER COLUMN a SET DEFAULT 1;',
      'COMMIT;',
    ])
  })

  it('says above what destroys data how to have it, and asks whether it is a rename', () => {
    const drop = {
      sql: 'ALTER TABLE public.t\n  DROP COLUMN a',
      key: 'column public.t.a',
      destroys: 'the values of public.t.a',
    }
    const questions = [{ kind: 'column', from: 'public.t.a', to: 'public.t.b' } as const]
    const section = { statements: [drop], leftOut: new Set([drop]), questions, from, to: from }
    expect(sectionText(section)).toBe(
      `-- Renamed to public.t.b? Then generate again with --rename public.t.a=public.t.b
-- Destroys the values of public.t.a: where that is meant, take the dashes away, in the downgrade as well.
-- ALTER TABLE public.t
--   DROP COLUMN a;`,
    )
  })
})

describe('what is left to the author', () => {
  it('is what destroys data, with what goes with it and what it needs', () => {
    const from = schema(
      {
        'table public.t': {},
        'column public.t.e': {},
        'enum public.e': {},
        'view public.v': {},
        'index public.i': { table: 'public.t' },
        'enum public.other': {},
      },
      {
        'column public.t.e': ['enum public.e', 'table public.t'],
        'view public.v': ['column public.t.e'],
      },
    )
    const drops = keys(from)
      .filter((key) => !key.startsWith('column'))
      .map((key) => ({
        sql: `DROP ${key}`,
        key,
        ...(key === 'table public.t' && { destroys: 'the rows' }),
      }))
    const left = leftToAuthor(drops, from, schema({}))
    expect([...left.statements].map(({ key }) => key)).toEqual([
      'table public.t',
      'enum public.e',
      'view public.v',
      'index public.i',
    ])
    expect(left.keys).toContain('column public.t.e')
  })
})

describe('what models say nothing of', () => {
  const present = schema(
    {
      'table public.t': { partitionKey: 'LIST (a)', rowSecurity: true },
      'column public.t.a': { type: 'text', storage: 'external', position: '1' },
      'column public.t.b': { type: 'text', position: '2' },
      'table public.t_1': { partitionOf: 'public.t', bounds: "FOR VALUES IN ('1')" },
      'column public.t_1.a': { type: 'text' },
      'table public.gone': {},
      'trigger public.gone.x': { definition: 'x' },
      'trigger public.t.x': { definition: 'x' },
      'function public.f()': { body: 'x' },
      'index public.i': { table: 'public.t' },
    },
    { 'trigger public.t.x': ['function public.f()'] },
  )
  const models = schema({
    'table public.t': {},
    'column public.t.b': { type: 'int', position: '1' },
    'column public.t.c': { type: 'int', position: '2' },
    'column public.t.a': { type: 'text', position: '3' },
  })

  it('stays: other kinds, partitions, settings of tables and columns, and the order of columns', () => {
    const wanted = withKept(present, models, new Set(['table', 'column', 'index']))
    expect(wanted.objects.get('table public.t')).toEqual({
      partitionKey: 'LIST (a)',
      rowSecurity: true,
    })
    expect(wanted.objects.get('column public.t.a')).toEqual(
      present.objects.get('column public.t.a'),
    )
    expect(wanted.objects.get('column public.t.b')).toEqual({ type: 'int', position: '2' })
    expect(Number(wanted.objects.get('column public.t.c')?.position)).toBeGreaterThan(2)
    expect(keys(wanted)).toEqual([
      ...keys(models),
      'table public.t_1',
      'column public.t_1.a',
      'trigger public.t.x',
      'function public.f()',
    ])
    expect(wanted.needs.get('trigger public.t.x')).toEqual(new Set(['function public.f()']))
  })

  it('is not where a column of a view stands: that is as its query says', () => {
    const view = (...names: readonly string[]) =>
      schema({
        'view public.v': { definition: names.join(', ') },
        ...Object.fromEntries(
          names.map((name, at) => [
            `column public.v.${name}`,
            { type: 'int', position: String(at + 1) },
          ]),
        ),
      })
    const wanted = view('a', 'new', 'b')
    expect(withKept(view('a', 'b'), wanted, new Set(['view', 'column'])).objects).toEqual(
      wanted.objects,
    )
  })

  it('goes where the models hold that kind, or say that field of another table', () => {
    const more = schema({
      ...Object.fromEntries(models.objects),
      'table public.q': { rowSecurity: true },
      'function public.g()': {},
    })
    const wanted = withKept(present, more, new Set(['table', 'column', 'function']))
    expect(wanted.objects.get('table public.t')?.rowSecurity).toBeUndefined()
    expect(keys(wanted)).not.toContain('function public.f()')
    expect(keys(wanted)).toContain('index public.i')
  })
})

describe('the proof', () => {
  it('finds each object that is not the same, apart from what is excepted and where a column stands', () => {
    const found = schema({
      'table public.t': {},
      'column public.t.a': { type: 'text', position: '1' },
      'index public.i': { definition: 'a' },
      'table public.left': {},
      'column public.left.a': { type: 'text' },
    })
    const wanted = schema({
      'table public.t': {},
      'column public.t.a': { position: '2', type: 'text' },
    })
    expect(whatDiffers(found, wanted, new Set(['index public.i', 'table public.left']))).toEqual([])
    expect(whatDiffers(found, wanted, new Set(['table public.left']))).toHaveLength(1)
  })
})

describe('an answer to what was renamed', () => {
  const from = schema({ 'table public.users': {}, 'column public.users."Old"': {} })
  const to = schema({ 'table public.people': {}, 'column public.people.new': {} })
  const scope = { from, to, schema: 'public' }

  it('means tables and columns, with or without their schema, quoted as SQL has it', () => {
    const answers = ['users=people', 'users."Old"=public.people.new']
    expect([...readRenames(answers, scope)]).toEqual([
      ['table public.users', 'table public.people'],
      ['column public.users."Old"', 'column public.people.new'],
    ])
  })

  it.each(['users', 'user=people', 'users=persons', 'users=people.new', '='])(
    'is refused where it means none: %s',
    async (text) => {
      const refused = await gateError((async () => readRenames([text], scope))())
      expect(refused).toMatchObject({ code: 'CONFIG_INVALID' })
      expect(refused.message).toContain(`--rename: found ${JSON.stringify(text)}`)
    },
  )

  it('is printed so that a shell reads it', () => {
    const question = {
      kind: 'column',
      from: 'public.users."Old"',
      to: 'public.people.new',
    } as const
    expect(renameOption(question)).toBe(`--rename 'public.users."Old"=public.people.new'`)
    expect(renameOption({ ...question, from: 'public.users.old' })).toBe(
      '--rename public.users.old=public.people.new',
    )
  })
})
