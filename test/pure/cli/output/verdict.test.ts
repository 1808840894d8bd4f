import { describe, expect, it } from 'vitest'
import {
  badVerdict,
  goodVerdict,
  terminationMessage,
  verdictLine,
} from '../../../../src/cli/output/verdict.ts'
import { GateError } from '../../../../src/errors/error.ts'

const STEPS = [{ name: 'wait', state: 'done', durationMs: 12, summary: 'usable' }] as const
const GATE = { command: 'gate', version: '1.2.3', run: 'r1', steps: STEPS }

const FAILURE = new GateError('MIGRATION_FAILED', 'a.sql:3:1: no such table\n  3 | DROP TABLE t', {
  facts: { file: 'a.sql', line: 3, sqlstate: '42P01' },
  hint: 'Fix a.sql:3:1 and run pgate again.',
})

describe('the last line', () => {
  it('says that the gate is open', () => {
    expect(verdictLine(goodVerdict(GATE, 'the API may start'))).toBe(
      'gate open (exit 0): the API may start',
    )
  })

  it('gives verdict, exit code, code, what happened and what to do, on one line', () => {
    const line = verdictLine(badVerdict(GATE, FAILURE))
    expect(line).toBe(
      'gate shut (exit 53, MIGRATION_FAILED): a.sql:3:1: no such table (all of it above). Next: Fix a.sql:3:1 and run pgate again.',
    )
    expect(line).not.toContain('\n')
  })

  it('leaves out the colon of a list that stands above it', () => {
    const failure = new GateError('REVISION_IRREVERSIBLE', '1 revision has no downgrade:\n  004', {
      hint: 'Write one.',
    })
    expect(verdictLine(badVerdict(GATE, failure))).toContain(
      ': 1 revision has no downgrade (all of it above). Next: Write one.',
    )
  })

  it('calls any other error a fault of pgate, exit code 1', () => {
    const verdict = badVerdict({ ...GATE, command: 'heads' }, new TypeError('x is not a function'))
    expect(verdict).toMatchObject({ exitCode: 1, code: 'BUG', retriable: false })
    expect(verdictLine(verdict)).toContain('pgate heads failed (exit 1, BUG)')
  })
})

describe('the termination message', () => {
  it('holds code, facts and steps, and no text that PostgreSQL wrote', () => {
    const message = terminationMessage(badVerdict(GATE, FAILURE))
    expect(JSON.parse(message)).toMatchObject({
      verdict: 'shut',
      exitCode: 53,
      code: 'MIGRATION_FAILED',
      facts: { file: 'a.sql', line: 3, sqlstate: '42P01' },
      steps: [{ name: 'wait', state: 'done', durationMs: 12 }],
    })
    expect(message).not.toContain('no such table')
  })

  it('leaves out the SQL, and of many sessions in the way keeps the first and their number', () => {
    const inTheWay = Array.from({ length: 80 }, (_, pid) => ({ pid, user: 'app'.repeat(20) }))
    const failure = new GateError('MIGRATION_RETRIES', 'a.sql:3:1: locked', {
      facts: { sqlstate: '55P03', reason: 'lock timeout', source: 'select secret', inTheWay },
    })
    const message = terminationMessage(badVerdict(GATE, failure))
    expect(message).not.toContain('secret')
    expect(JSON.parse(message).facts).toEqual({
      sqlstate: '55P03',
      reason: 'lock timeout',
      inTheWay: [...inTheWay.slice(0, 3), 'and 77 more'],
    })
  })

  it('keeps the message where it is pgate’s own', () => {
    const verdict = badVerdict(
      GATE,
      new GateError('NOT_READY', 'db:5432 is down', { hint: 'Wait.' }),
    )
    expect(JSON.parse(terminationMessage(verdict))).toMatchObject({ message: 'db:5432 is down' })
  })

  it.each([3_000, 5_000, 50_000])('stays within 4096 bytes with %i objects drifted', (count) => {
    const missing = Array.from({ length: count }, (_, index) => `index public.índice_${index}`)
    const verdict = badVerdict(
      GATE,
      new GateError('VERIFY_DRIFT', missing.join('\n'), { facts: { missing }, hint: 'Look.' }),
    )
    const message = terminationMessage(verdict)
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096)
    expect(JSON.parse(message)).toMatchObject({ exitCode: 60, code: 'VERIFY_DRIFT' })
  })
})
