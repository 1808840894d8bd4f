import { describe, expect, it } from 'vitest'
import { differenceOf, sqlOf, table } from '../../support/diff/hand-made.ts'

describe('renames', () => {
  it('are asked of every pair of columns of one type, and nothing is guessed', () => {
    const found = differenceOf(table('t', ['a', 'b', 'same']), table('t', ['c', 'd', 'same']))
    expect(found.questions.map(({ kind, from, to }) => `${kind} ${from}=${to}`)).toEqual([
      'column public.t.a=public.t.c',
      'column public.t.a=public.t.d',
      'column public.t.b=public.t.c',
      'column public.t.b=public.t.d',
    ])
    expect(sqlOf(found).filter((sql) => sql.includes('RENAME'))).toEqual([])
  })

  it('are asked of tables with the same columns, and not of their columns', () => {
    const { questions } = differenceOf(
      { ...table('old', ['a', 'b']), ...table('other', ['x']) },
      table('new', ['b', 'a']),
    )
    expect(questions).toEqual([{ kind: 'table', from: 'public.old', to: 'public.new' }])
  })

  it('are not asked where the types differ, or once they are answered', () => {
    const text = { 'column public.t.b': { type: 'text', position: '1' } }
    const { 'column public.t.b': _, ...empty } = table('t', ['b'])
    expect(differenceOf(table('t', ['a']), { ...empty, ...text }).questions).toEqual([])
    const renames = new Map([['column public.t.a', 'column public.t.b']])
    const answered = differenceOf(table('t', ['a']), table('t', ['b']), { renames })
    expect(answered.questions).toEqual([])
    expect(sqlOf(answered)).toEqual(['ALTER TABLE public.t RENAME COLUMN a TO b'])
  })

  it('follow into the texts of the same table, and of a foreign key to it on its side alone', () => {
    const shop = (column: string) => ({
      ...table('t', [column, 'n']),
      'constraint public.t.t_key': { definition: `UNIQUE (${column})` },
      'constraint public.t.t_c': { definition: `CHECK ((${column} > 0) AND ('a'::text <> "a".f))` },
      ...table('u', ['a']),
      'constraint public.u.u_t': { definition: `FOREIGN KEY (a) REFERENCES public.t(${column})` },
      'index public.i': {
        table: 'public.t',
        definition: `CREATE INDEX i ON public.t USING btree (a(${column}))`,
      },
    })
    const renames = new Map([['column public.t.a', 'column public.t.z']])
    expect(sqlOf(differenceOf(shop('a'), shop('z'), { renames }))).toEqual([
      'ALTER TABLE public.t RENAME COLUMN a TO z',
    ])
  })

  it('are named where the new name is taken', () => {
    const renames = new Map([['column public.t.a', 'column public.t.b']])
    const { unwritten } = differenceOf(table('t', ['a', 'b']), table('t', ['b']), { renames })
    expect(unwritten).toEqual([
      { key: 'column public.t.b', why: 'public.t.a cannot be renamed to it: the name is taken' },
    ])
  })
})
