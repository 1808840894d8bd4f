import { describe, expect, it } from 'vitest'
import {
  compareDown,
  type DatabaseState,
  differencesOf,
  rowsLost,
} from '../../../src/author/restored.ts'
import type { Definition } from '../../../src/catalog/object-key.ts'

const TODAY = new Date('2026-03-01T12:00:00Z')

const objects = (entries: Readonly<Record<string, Definition>>) => new Map(Object.entries(entries))

function state(
  entries: Readonly<Record<string, Definition>>,
  rows: Readonly<Record<string, readonly [number, string, string?]>> = {},
): DatabaseState {
  const byTable = Object.entries(rows).map(([table, [count, digest, columns = 'id integer']]) => {
    const digests = columns.split(', ').map((one): [string, string] => {
      const [column = '', values = ''] = one.split('=')
      return [column, values]
    })
    return [table, { count, digest, columns: new Map(digests) }] as const
  })
  return { objects: objects(entries), needs: new Map(), rows: new Map(byTable) }
}

describe('what a downgrade leaves', () => {
  const down = (before: Record<string, Definition>, up: typeof before, left: typeof before) =>
    compareDown(
      { before: state(before), up: state(up), down: state(left), again: state(up) },
      TODAY,
    )

  it('is compared object by object and field by field', () => {
    const before = { 'table public.a': { a: '1' }, 'table public.b': { b: 'x', position: '1' } }
    const left = { 'table public.b': { b: 'y', position: '2' }, 'table public.c': {} }
    expect(down(before, before, left).differences).toEqual([
      { key: 'table public.a', message: 'is missing' },
      {
        key: 'table public.b',
        field: 'b',
        expected: 'x',
        found: 'y',
        message: 'b is y, and was x',
      },
      { key: 'table public.c', message: 'is there, and was not before' },
    ])
  })

  it('may be a value of an enum that the upgrade has added, and nothing else of the enum', () => {
    const [before, up] = [
      ['a', 'b'],
      ['a', 'x', 'b'],
    ].map((labels) => ({
      'enum public.e': { labels },
    }))
    const stays = down(before ?? {}, up ?? {}, up ?? {})
    expect(stays).toEqual({
      differences: [],
      notes: ['enum public.e: x stays, as PostgreSQL drops no value of an enum'],
    })
    const lost = { 'enum public.e': { labels: ['a'] } }
    expect(down(before ?? {}, up ?? {}, lost).differences).toHaveLength(1)
    const other = { 'enum public.e': { labels: ['a', 'y', 'b'] } }
    expect(down(before ?? {}, up ?? {}, other).differences).toHaveLength(1)
  })

  it('may be an extension, which was perhaps there before, and not one that is gone', () => {
    const extension = { 'extension pgcrypto': { schema: 'public' } }
    expect(down({}, extension, extension)).toMatchObject({
      differences: [],
      notes: [expect.stringContaining('extension pgcrypto: stays')],
    })
    expect(down(extension, extension, {}).differences).toHaveLength(1)
  })

  it('holds a constant of the moment equal to another, and no other date', () => {
    const view = (text: string) => objects({ 'view public.v': { definition: text } })
    const drawn = (text: string) => view(`SELECT '${text}'::timestamp with time zone`)
    expect(
      differencesOf(
        drawn('2026-03-01 12:00:01.5+00'),
        drawn('2026-02-28 23:59:59.123456+00'),
        TODAY,
      ),
    ).toEqual([])
    expect(
      differencesOf(drawn('2025-03-01 12:00:01+00'), drawn('2025-03-01 12:00:02+00'), TODAY),
    ).toHaveLength(1)
  })
})

describe('rows', () => {
  const trip = (...states: readonly [number, string, string?][]) => {
    const [before, up, down, again] = states.map((one) => state({}, { 't.a': one }))
    if (!before || !up || !down || !again) throw new Error('four states')
    return rowsLost({ before, up, down, again }).map(({ message }) => message)
  }

  it('are lost where fewer are left than before and after the upgrade', () => {
    expect(trip([2, 'x'], [2, 'x'], [1, 'y'], [1, 'y'])).toEqual(['1 of 2 rows are lost'])
    expect(trip([2, 'x'], [3, 'y'], [2, 'x'], [3, 'y'])).toEqual([])
    expect(trip([3, 'x'], [2, 'y'], [2, 'y'], [2, 'y'])).toEqual([])
  })

  it('are others where the upgrade leaves them alone and the downgrade does not', () => {
    expect(trip([2, 'x'], [2, 'x'], [2, 'y'], [2, 'y'])).toEqual([
      'its rows are others than before',
    ])
    expect(trip([2, 'x'], [2, 'z'], [2, 'y'], [2, 'z'])).toEqual([])
  })

  it('of a table whose columns the revision changes are counted, and compared by column', () => {
    const [one, two] = ['id integer=x', 'id integer=x, b text=y']
    expect(trip([2, 'x', one], [2, 'y', two], [0, '', one], [0, '', two])).toEqual([
      '2 of 2 rows are lost',
    ])
    const damaged = [2, 'z', 'id integer=damaged'] as const
    expect(trip([2, 'x', one], [2, 'y', two], [...damaged], [2, 'y', two])).toEqual([
      'other values than before in its column id integer',
    ])
    expect(trip([2, 'x', one], [2, 'y', two], [2, 'x', one], [2, 'w', two])).toEqual([])
    expect(
      trip([2, 'y', two], [2, 'x', one], [2, 'v', 'id integer=x, b text=0'], [2, 'x', one]),
    ).toEqual([])
    const [filled, back] = ['id integer=x, a text=2', 'id integer=x, a text=3']
    const was = 'id integer=x, a text=1'
    expect(
      trip([2, '1', was], [2, '2', `${filled}, c text=c`], [2, '3', back], [2, '2', filled]),
    ).toEqual([])
  })
})
