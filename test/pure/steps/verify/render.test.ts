import { describe, expect, it } from 'vitest'
import type { DriftReport } from '../../../../src/steps/verify/drift/drift.ts'
import { failureMessage } from '../../../../src/steps/verify/failure.ts'
import {
  renderExtra,
  renderFailing,
  renderFaults,
} from '../../../../src/steps/verify/report-lines.ts'
import { type VerifyOutcome, verifyFailure } from '../../../../src/steps/verify/verify.ts'

const NONE: DriftReport = { missing: [], different: [], extra: [], reordered: [], notices: [] }

const REPORT: DriftReport = {
  missing: [
    {
      key: 'index public.idx_users_username',
      expected: { table: 'public.users', definition: 'CREATE INDEX idx_users_username ON …' },
    },
    { key: 'table public.orders', expected: {} },
    { key: 'column public.orders.id', expected: { type: 'bigint' } },
    { key: 'index public.orders_id', expected: { table: 'public.orders', definition: '…' } },
    { key: 'column public.users.age', expected: { type: 'integer' } },
  ],
  different: [
    {
      key: 'column public.users.email',
      fields: [
        { field: 'type', expected: 'text', found: 'character varying(255)' },
        { field: 'default', expected: undefined, found: "''::text" },
      ],
    },
    {
      key: 'enum public.state',
      fields: [{ field: 'labels', expected: ['a', 'b'], found: ['a'] }],
    },
  ],
  extra: [
    { key: 'table public.visitors', found: {}, impact: 'harmless' },
    { key: 'column public.visitors.id', found: { type: 'integer' }, impact: 'harmless' },
  ],
  reordered: [],
  notices: ['one thing'],
}

function outcome(more: Partial<VerifyOutcome>): VerifyOutcome {
  const nothing = {
    objects: 9,
    migrator: 'postgres',
    digest: '',
    drift: NONE,
    faults: [],
    reordered: [],
    notices: [],
    warnings: [],
    isLasting: true,
  }
  return { mode: 'manifest', notCompared: null, strict: false, ok: false, ...nothing, ...more }
}

const renderDrift = (report: DriftReport) => [
  ...renderFailing(report).map(({ text }) => text),
  ...renderExtra(report),
]

describe('the lines of a drift', () => {
  it('gives a line for each object, with the parts of a table counted', () => {
    expect(renderDrift(REPORT)).toEqual([
      'missing   index public.idx_users_username: expected CREATE INDEX idx_users_username ON …',
      'missing   table public.orders, with 2 parts',
      'missing   column public.users.age: expected integer',
      "different column public.users.email: type: expected text, found character varying(255); default: expected none, found ''::text",
      'different enum public.state: labels: expected [a, b], found [a]',
      'extra     table public.visitors, with 1 part',
    ])
  })

  it('shows a long text from where it differs', () => {
    const start = 'select '.repeat(60)
    const different = [
      {
        key: 'view public.v',
        fields: [{ field: 'definition', expected: `${start}a > 1`, found: `${start}a > 2` }],
      },
    ]
    const [line] = renderDrift({ ...NONE, different })
    expect(line).toBe(
      'different view public.v: definition: expected …elect select select a > 1, found …elect select select a > 2',
    )
  })

  it('shows white space where nothing else differs', () => {
    const fields = [{ field: 'body', expected: 'a\nb', found: 'a\r\nb' }]
    const [line] = renderDrift({ ...NONE, different: [{ key: 'function public.f()', fields }] })
    expect(line).toBe('different function public.f(): body: expected "a\\nb", found "a\\r\\nb"')
  })
})

describe('renderFaults', () => {
  it('puts the remedy under the fault', () => {
    const fault = {
      kind: 'index',
      subject: 'index public.i',
      message: 'is not valid',
      remedy: ['DROP INDEX CONCURRENTLY public.i;', 'CREATE INDEX …;'],
    } as const
    expect(renderFaults([fault])).toEqual([
      'faulty    index public.i is not valid',
      '          fix it: DROP INDEX CONCURRENTLY public.i;',
      '          fix it: CREATE INDEX …;',
    ])
  })
})

describe('verifyFailure', () => {
  it('is VERIFY_DRIFT for missing and different objects, and counts the rest', () => {
    const failure = verifyFailure(outcome({ drift: REPORT }))
    expect(failure).toMatchObject({
      code: 'VERIFY_DRIFT',
      exitCode: 60,
      facts: { missing: 5, different: 2, extra: 2, faults: 0 },
    })
    expect(failure.message.split('\n')[0]).toBe(
      'the live schema is not what the manifest promises: 5 missing, 2 different (index public.idx_users_username and 6 more)',
    )
    expect(failure.message).not.toContain('visitors')
  })

  it('lists at most twenty objects, however many there are', () => {
    const missing = Array.from({ length: 500 }, (_, index) => ({
      key: `table public.t${index}`,
      expected: {},
    }))
    const failure = verifyFailure(outcome({ drift: { ...NONE, missing } }))
    const lines = failure.message.split('\n')
    expect(lines).toHaveLength(22)
    expect(lines.at(-1)).toBe('and 480 more lines')
    expect(failure.facts.objects).toHaveLength(20)
    expect(failure.facts.missing).toBe(500)
  })

  it('is VERIFY_STRUCTURE where there are faults alone', () => {
    const fault = {
      kind: 'versions',
      subject: 'version rows',
      message: 'are a',
      remedy: [],
    } as const
    const failure = verifyFailure(outcome({ mode: 'structure', faults: [fault] }))
    expect(failure).toMatchObject({ code: 'VERIFY_STRUCTURE', facts: { faults: 1 } })
    expect(failure.message).toBe(
      'the schema does not pass: 1 fault (version rows)\nfaulty    version rows are a',
    )
  })

  it('is VERIFY_DRIFT, with the extra objects, where those alone failed a strict verify', () => {
    const drift = { ...NONE, extra: REPORT.extra }
    const failure = verifyFailure(outcome({ strict: true, drift }))
    expect(failure).toMatchObject({ code: 'VERIFY_DRIFT', facts: { extra: 2 } })
    expect(failure.message).toContain('extra     table public.visitors, with 1 part')
  })
})

describe('the line that repairs an object', () => {
  it('shows its first statement, and no setting that stands before it', () => {
    const key = 'function public.f()'
    const message = failureMessage(
      outcome({
        drift: { ...NONE, missing: [{ key, expected: {} }] },
        repair: {
          statements: [
            { key, sql: 'SET LOCAL check_function_bodies = off' },
            { key, sql: 'CREATE FUNCTION public.f() …' },
          ],
          left: [],
        },
      }),
    )
    expect(message.split('\n').at(-1)).toBe('          repair: CREATE FUNCTION public.f() …;')
  })
})
