import { describe, expect, it } from 'vitest'
import type { CaseResult, Row } from '../../../bench/harness/case.ts'
import { isWanted, parseOptions } from '../../../bench/harness/options.ts'
import { summarise } from '../../../bench/harness/stats.ts'
import { goalsOf } from '../../../bench/report/goals.ts'
import { tableOf } from '../../../bench/report/table.ts'

const FLOOR = row('node -e 0', 'floor', [20])

describe('the report of the benchmark', () => {
  it('takes the middle, or the mean of the two in the middle', () => {
    expect(summarise([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9, runs: 3 })
    expect(summarise([4, 1, 2, 9]).median).toBe(3)
  })

  it('puts floors first, then the fastest, with the ratios to floors and best peer', () => {
    const rows = [row('knex', 'peer', [80]), row('pgate', 'pgate', [30]), FLOOR]
    expect(tableOf({ rows, unit: 'ms' })).toEqual([
      ['', 'median ms', 'min', '/ node -e 0', '/ knex (best peer)'],
      ['node -e 0', '20', '20', '1.00x', '0.25x'],
      ['pgate', '30', '30', '1.50x', '0.38x'],
      ['knex', '80', '80', '4.00x', '1.00x'],
    ])
  })

  it('calls no peer the best that failed at all', () => {
    const rows = [{ ...row('goose', 'peer', [10]), failed: 9 }, row('tern', 'peer', [90])]
    expect(tableOf({ rows, unit: 'ms' })[0]).toContain('/ tern (best peer)')
  })

  it('holds a row to its own base where it has one, and says why another has no figure', () => {
    const rows: readonly Row[] = [
      { ...row('pgate, 100', 'pgate', [30]), base: 'pgate, 100' },
      { ...row('pgate, 10000', 'pgate', [45]), base: 'pgate, 100' },
      { name: 'knex, 10000', kind: 'peer', failure: 'out of shared memory' },
    ]
    expect(tableOf({ rows, unit: 'ms' })).toEqual([
      ['', 'median ms', 'min', '/ its own smallest'],
      ['pgate, 100', '30', '30', '1.00x'],
      ['pgate, 10000', '45', '45', '1.50x'],
      ['knex, 10000', 'failed: out of shared memory', '', ''],
    ])
  })

  it('says which goals are reached, missed and not measured', () => {
    const goals = goalsOf([
      noop([FLOOR, row('pgate', 'pgate', [36]), row('knex', 'peer', [70])]),
      { ...noop([FLOOR, row('pgate', 'pgate', [60])]), id: 'noop.rtt0-scram' },
    ])
    expect(goals.slice(0, 4)).toEqual([
      {
        what: 'no-op, no password',
        wanted: 'at most 1.9x node -e 0',
        found: '1.80x',
        reached: true,
      },
      { what: 'no-op, SCRAM', wanted: 'at most 2.3x node -e 0', found: '3.00x', reached: false },
      {
        what: 'no-op, no password',
        wanted: 'at most 0.5x the best Node.js peer, knex',
        found: '0.51x',
        reached: false,
      },
      { what: 'no-op, 5 ms away', wanted: 'at most 1x goose', found: 'not measured' },
    ])
  })
})

describe('the options of the benchmark', () => {
  it('writes to the docs after a whole run alone', () => {
    const outOf = (...args: string[]) => parseOptions(args, 'docs').options.out
    expect(outOf()).toBe('docs')
    expect(outOf('--runs', '3')).toBe('docs')
    expect(outOf('--only', 'noop')).toBeUndefined()
    expect(outOf('--tools', 'pgate')).toBeUndefined()
    expect(outOf('--scale', '0.1')).toBeUndefined()
    expect(outOf('--scale', '0.1', '--out', 'elsewhere')).toBe('elsewhere')
  })

  it('takes a workload for all of its cases, and a case for itself', () => {
    const wanted = (only: string, id: string) => isWanted({ only: [only] }, id)
    expect(wanted('noop', 'noop.rtt5')).toBe(true)
    expect(wanted('apply.100', 'apply.100')).toBe(true)
    expect(wanted('apply.100', 'apply.1000')).toBe(false)
  })

  it('refuses a number that is none', () => {
    expect(() => parseOptions(['--runs', 'many'], 'docs')).toThrow('--runs many')
  })
})

function row(name: string, kind: Row['kind'], values: readonly number[]): Row {
  return { name, kind, summary: summarise(values) }
}

function noop(rows: readonly Row[]): CaseResult {
  return { id: 'noop.rtt0', title: 'no-op', unit: 'ms', rows }
}
