import { describe, expect, it } from 'vitest'
import type { BrokenIndex } from '../../../../../src/steps/verify/repair/catalog.ts'
import {
  nextRepair,
  repairStatement,
  skipReason,
  treatmentOf,
} from '../../../../../src/steps/verify/repair/plan.ts'

function broken(more: Partial<BrokenIndex> = {}): BrokenIndex {
  return {
    oid: '17000',
    name: 'public.i',
    table: 'public.t',
    owner: 'app',
    definition: 'CREATE INDEX i ON public.t USING btree (a)',
    isToast: false,
    isPartitioned: false,
    isConstraint: false,
    isExclusion: false,
    isNamedLeftover: false,
    twin: null,
    builder: null,
    part: null,
    ...more,
  }
}

const COPY = { isNamedLeftover: true, twin: 'valid' } as const

describe('what is done about an index that is', () => {
  const treatments: readonly (readonly [string, Partial<BrokenIndex>, string])[] = [
    ['invalid', {}, 'rebuild'],
    ['invalid next to one like it', { twin: 'valid' }, 'rebuild'],
    ['a copy of one that is whole', COPY, 'drop'],
    ['a copy of one that is broken itself', { ...COPY, twin: 'broken' }, 'drop later'],
    ['called like a copy, and has no twin', { isNamedLeftover: true }, 'rebuild'],
    [
      'called like a copy, and a constraint stands on it',
      { ...COPY, isConstraint: true },
      'rebuild',
    ],
    ['a copy that is being built', { ...COPY, builder: 7 }, 'leave'],
    ['being built', { builder: 7 }, 'leave'],
    ['an exclusion constraint’s', { isConstraint: true, isExclusion: true }, 'leave'],
    ['a TOAST table’s own', { isToast: true }, 'leave'],
    ['a copy of a TOAST table’s', { ...COPY, isToast: true }, 'drop'],
    ['partitioned and lacks a part', { isPartitioned: true }, 'leave'],
    ['partitioned with all its parts', { isPartitioned: true, part: 'public.p' }, 'attach'],
    ['partitioned and called like a copy', { ...COPY, isPartitioned: true }, 'leave'],
  ]

  it.each(treatments)('%s: %j is %s', (_, more, kind) => {
    expect(treatmentOf(broken(more)).kind).toBe(kind)
    expect(skipReason(broken(more))).toMatch(/\w/)
  })
})

describe('the next repair', () => {
  it('is the first that can be done and was not tried', () => {
    const indexes = [
      broken({ oid: '1', builder: 7 }),
      broken({ oid: '2', ...COPY, twin: 'broken' }),
      broken({ oid: '3' }),
      broken({ oid: '4', ...COPY }),
    ]
    expect(nextRepair(indexes, new Set())?.index.oid).toBe('3')
    expect(nextRepair(indexes, new Set(['3']))?.index.oid).toBe('4')
    expect(nextRepair(indexes, new Set(['3', '4']))).toBeUndefined()
  })
})

describe('the statement of a repair', () => {
  it.each([
    [{ kind: 'drop' } as const, 'drop index concurrently if exists public.i'],
    [{ kind: 'rebuild' } as const, 'reindex index concurrently public.i'],
    [{ kind: 'attach', part: 'p.j' } as const, 'alter index public.i attach partition p.j'],
  ])('%j is %s', (act, sql) => {
    expect(repairStatement(broken(), act)).toBe(sql)
  })
})
