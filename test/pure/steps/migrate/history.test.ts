import { describe, expect, it } from 'vitest'
import { GateError } from '../../../../src/errors/error.ts'
import type { Revision } from '../../../../src/revisions/file/revision.ts'
import { linkRevisions } from '../../../../src/revisions/graph/graph.ts'
import { compareHistory } from '../../../../src/steps/migrate/history.ts'
import type { JournalRecord, MigrationState } from '../../../../src/store/state.ts'

function revision(id: string, revises: readonly string[]): Revision {
  return {
    id,
    revises,
    dependsOn: [],
    branchLabels: [],
    message: id,
    file: `migrations/${id}.sql`,
    transaction: 'auto',
    checksum: `checksum-of-${id}`,
    upgrade: { kind: 'sql', text: '', line: 1 },
    downgrade: null,
  }
}

function graphOf(...revisions: readonly Revision[]) {
  const linked = linkRevisions(revisions)
  if (!('graph' in linked)) throw new Error('the test graph does not link')
  return linked.graph
}

/** What the journal noted when the revisions of LINE were applied. */
const PARENTS: Readonly<Record<string, readonly string[]>> = { b: ['a'] }

function record(revisionId: string, more: Partial<JournalRecord> = {}): [string, JournalRecord] {
  return [
    revisionId,
    {
      id: '1',
      revision: revisionId,
      revises: PARENTS[revisionId] ?? [],
      action: 'upgrade',
      outcome: 'done',
      checksum: `checksum-of-${revisionId}`,
      statementsDone: 1,
      statementsDoneChecksum: null,
      phase: null,
      startedAt: '2026-01-01 00:00:00 UTC',
      ...more,
    },
  ]
}

function state(versions: readonly string[], ...records: [string, JournalRecord][]): MigrationState {
  return {
    versions: new Set(versions),
    tables: { versions: true, journal: true, isOutdated: false },
    journal: new Map(records),
  }
}

function failureOf(act: () => unknown): GateError {
  try {
    act()
  } catch (error) {
    if (error instanceof GateError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const LINE = graphOf(revision('a', []), revision('b', ['a']))

describe('history', () => {
  it('is known where every version row has its file', () => {
    expect(compareHistory(LINE, state(['a'], record('a')), 'refuse')).toBe('known')
  })

  it('of an Alembic database, without a journal, is known', () => {
    expect(compareHistory(LINE, state(['b']), 'refuse')).toBe('known')
  })

  it('refuses an applied revision with another checksum, naming both and the file', () => {
    const applied = state(['b'], record('a', { checksum: 'something-else' }), record('b'))
    const failure = failureOf(() => compareHistory(LINE, applied, 'refuse'))
    expect(failure).toMatchObject({
      code: 'HISTORY_EDITED',
      exitCode: 51,
      facts: { file: 'migrations/a.sql', applied: 'something-else', found: 'checksum-of-a' },
    })
  })

  it('refuses a revision that was slipped in below an applied one', () => {
    const slipped = graphOf(revision('a', []), revision('x', ['a']), revision('b', ['x']))
    const applied = state(['b'], record('a'), record('b', { revises: ['a'] }))
    expect(failureOf(() => compareHistory(slipped, applied, 'refuse'))).toMatchObject({
      code: 'HISTORY_EDITED',
      facts: { revision: 'b', applied: ['a'], found: ['x'] },
    })
  })

  it('lets a pending revision be edited, and one that was downgraded', () => {
    const taken = state(['a'], record('a'), record('b', { action: 'downgrade', checksum: 'old' }))
    expect(compareHistory(LINE, taken, 'refuse')).toBe('known')
  })

  it('refuses a version row that the files lack', () => {
    const failure = failureOf(() => compareHistory(LINE, state(['zzz']), 'refuse'))
    expect(failure).toMatchObject({ code: 'HISTORY_UNKNOWN', facts: { unknown: ['zzz'] } })
  })

  it('allows a database ahead whose journal leads back to every head', () => {
    const ahead = state(['d'], record('d', { revises: ['c'] }), record('c', { revises: ['b'] }))
    expect(compareHistory(LINE, ahead, 'allow')).toBe('ahead')
    expect(failureOf(() => compareHistory(LINE, ahead, 'refuse')).code).toBe('HISTORY_UNKNOWN')
  })

  it.each([
    ['that has run', ['d'], 'done', 'upgrade'],
    ['of which a part has run', ['c'], 'failed', 'upgrade'],
    ['of which a part was undone', ['d'], 'interrupted', 'downgrade'],
  ] as const)(
    'refuses a database ahead by a contract revision %s, and names the way to before it',
    (_, versions, outcome, action) => {
      const contract = record('d', { revises: ['c'], phase: 'contract', outcome, action })
      const ahead = state(versions, contract, record('c', { revises: ['b'] }))
      for (const mode of ['allow', 'refuse'] as const) {
        const failure = failureOf(() => compareHistory(LINE, ahead, mode))
        expect(failure).toMatchObject({ code: 'HISTORY_UNKNOWN', facts: { contracted: ['d'] } })
        expect(failure.hint).toContain('`pgate downgrade c --from-journal`')
      }
    },
  )

  it('allows a database ahead whose contract revision was undone', () => {
    const back = { revises: ['c'], phase: 'contract', action: 'downgrade' } as const
    const ahead = state(['c'], record('d', back), record('c', { revises: ['b'] }))
    expect(compareHistory(LINE, ahead, 'allow')).toBe('ahead')
  })

  it('does not believe a database ahead whose journal leads elsewhere', () => {
    const elsewhere = state(['d'], record('d', { revises: ['a'] }))
    const failure = failureOf(() => compareHistory(LINE, elsewhere, 'allow'))
    expect(failure.code).toBe('HISTORY_UNKNOWN')
    expect(failure.message).toContain('PGATE_AHEAD=allow does not help')
  })

  it('ends where a journal leads in a circle', () => {
    const circle = state(['d'], record('d', { revises: ['e'] }), record('e', { revises: ['d'] }))
    expect(failureOf(() => compareHistory(LINE, circle, 'allow')).code).toBe('HISTORY_UNKNOWN')
  })
})
