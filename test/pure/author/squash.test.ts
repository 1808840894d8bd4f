import { describe, expect, it } from 'vitest'
import type { RowTable } from '../../../src/author/row-digests.ts'
import { carriedOver } from '../../../src/author/squash-data.ts'
import { squashRange } from '../../../src/author/squash-range.ts'
import { rowsOtherwise, unsteadyColumns } from '../../../src/author/squash-rows.ts'
import { parseSqlRevision } from '../../../src/revisions/file/parse-sql.ts'
import { linkRevisions } from '../../../src/revisions/graph/graph.ts'
import { revisionText } from '../../support/cli/revision-folder.ts'

const SQL: Readonly<Record<string, string>> = {
  b: 'CREATE TABLE t (id int);',
  c: 'INSERT INTO t VALUES (1);\nDO $$ BEGIN NULL; END $$;\nALTER TABLE t ADD x int;',
}

/** `b:a c:b` links b to a, c to b; a is the base, and `c:b!` a contract revision. */
function graphOf(links: string) {
  const parsed = links.split(' ').map((link) => {
    const [id = '', revises = 'none'] = link.replace('!', '').split(':')
    const expand = revisionText({
      id,
      revises: revises.replaceAll('+', ', '),
      upgrade: SQL[id] ?? '',
    })
    const header = `-- revision: ${id}`
    const text = link.endsWith('!')
      ? expand.replace(header, `${header}\n-- phase: contract`)
      : expand
    const file = parseSqlRevision(text, `${id}.sql`)
    if (file.kind === 'faulty') throw new Error(id)
    return file.revision
  })
  const { graph } = linkRevisions(parsed)
  if (graph === undefined) throw new Error('no graph')
  return graph
}

const LINE = graphOf('a b:a c:b d:c')

describe('a range to squash', () => {
  const ids = (graph: typeof LINE, wanted: string) => {
    const { members, revises, last } = squashRange(graph, wanted)
    return { members: members.map(({ id }) => id).join(''), revises: revises.join(), last: last.id }
  }

  it('holds both ends, from base or from a revision', () => {
    expect(ids(LINE, 'base:head')).toEqual({ members: 'abcd', revises: '', last: 'd' })
    expect(ids(LINE, ':c')).toEqual({ members: 'abc', revises: '', last: 'c' })
    expect(ids(LINE, 'b:c')).toEqual({ members: 'bc', revises: 'a', last: 'c' })
  })

  it('holds branches that are merged in it', () => {
    const merged = graphOf('a b:a c:a d:b+c')
    expect(ids(merged, 'base:d')).toMatchObject({ members: 'abcd', last: 'd' })
    expect(ids(merged, 'b:d')).toMatchObject({ members: 'bd', revises: 'a,c' })
  })

  it('keeps the phase of contract revisions that wait, and needs none for those that are due', () => {
    expect(squashRange(graphOf('a b:a c:b! d:c!'), 'c:d').phase).toBe('contract')
    expect(squashRange(graphOf('a b:a! c:b'), 'a:c').phase).toBeUndefined()
  })

  it.each([
    [
      graphOf('a b:a c:b! d:c!'),
      'b:d',
      'the range has expand revisions, and some that wait for the contract phase: c, d',
    ],
    [LINE, 'a', 'a is no range'],
    [LINE, 'c:b', 'c:b holds no revision'],
    [LINE, 'b:b', 'b:b holds one revision alone'],
    [graphOf('a b:a c:b x:b'), 'base:c', 'x (b) comes from the middle of the range, from b'],
  ])('is refused otherwise: %#', (graph, wanted, message) => {
    expect(() => squashRange(graph, wanted)).toThrow(
      expect.objectContaining({ code: 'REVISION_NOT_SQUASHED', message }),
    )
  })
})

describe('statements on rows', () => {
  it('of the named revisions are carried over as they are', async () => {
    const [carried] = await carriedOver(squashRange(LINE, 'base:head'), ['c'])
    expect(carried?.statements).toEqual(['INSERT INTO t VALUES (1);', 'DO $$ BEGIN NULL; END $$;'])
  })

  it('may not be left behind where databases stand before the range', async () => {
    const range = squashRange(LINE, 'b:d')
    await expect(carriedOver(range, [])).rejects.toMatchObject({
      code: 'REVISION_NOT_SQUASHED',
      message: expect.stringContaining('\n  c  c.sql'),
      hint: expect.stringContaining('--data-from c'),
    })
    expect(await carriedOver(range, ['c'])).toHaveLength(1)
    await expect(carriedOver(range, ['a'])).rejects.toThrow('a is not in the range')
  })
})

describe('rows of two builds', () => {
  const table = (count: number, digests: Record<string, string>, standard?: string) => {
    const columns = Object.entries(digests).map(([name, digest]) => {
      return { name, digest, isGenerated: false, isAlways: false, default: standard ?? null }
    })
    const one: RowTable = { table: 'public.t', key: [], count, columns }
    return new Map([['public.t', one]])
  }
  const none = new Set<string>()

  it('are refused by table and column where they differ, but for moments', () => {
    const [one, other] = [table(1, { a: '1', b: 'x' }), table(1, { a: '1', b: 'y' })]
    expect(() => unsteadyColumns(one, other, none)).toThrow('public.t.b')
    expect(unsteadyColumns(one, one, none).get('public.t')).toEqual(new Set())
    const moments = [table(1, { b: 'x' }, 'now()'), table(1, { b: 'y' }, 'now()')] as const
    expect(unsteadyColumns(...moments, none).get('public.t')).toEqual(new Set(['b']))
    expect(unsteadyColumns(one, other, new Set(['public.t'])).get('public.t')).toEqual(
      new Set(['b']),
    )
    expect(() => unsteadyColumns(one, table(2, { a: '1', b: 'x' }), none)).toThrow('public.t.a')
  })

  it('are compared with what the squashed revision makes', () => {
    const wanted = table(1, { a: '1', b: 'x' })
    const unsteady = new Map([['public.t', new Set(['b'])]])
    expect(rowsOtherwise(wanted, table(1, { a: '1', b: 'z' }), unsteady)).toEqual([])
    expect(rowsOtherwise(wanted, table(1, { a: '2', b: 'x' }), unsteady)).toEqual([
      'public.t.a holds other values',
    ])
    expect(rowsOtherwise(wanted, table(0, { a: '0', b: '0' }), unsteady)).toEqual([
      'public.t has 0 rows, not 1',
    ])
  })
})
