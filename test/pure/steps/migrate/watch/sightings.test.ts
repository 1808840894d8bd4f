import { describe, expect, it } from 'vitest'
import { transientHint } from '../../../../../src/steps/migrate/failure/failure-hint.ts'
import { type Blocker, describeBlocker } from '../../../../../src/steps/migrate/watch/sightings.ts'

const SESSION: Blocker = {
  pid: 42,
  user: 'app',
  application: 'web',
  state: 'idle in transaction',
  since: '2026-11-26 12:00:00+00',
  seconds: 300,
  waitsFor: [],
  query: 'select 1',
}

const PREPARED: Blocker = {
  ...{ pid: 0, user: 'app', application: 'prepared transaction', state: 'prepared' },
  ...{ since: null, seconds: 60, waitsFor: [] },
  prepared: { gid: "order '7", database: 'shop' },
}

describe('who is in the way', () => {
  it('is described with whom it waits for itself, and with what will become of it', () => {
    const one = { ...SESSION, waitsFor: [43, 0], fate: 'ended in 5s if it is still in the way' }
    expect(describeBlocker(one)).toBe(
      'waits for pid 42 (app, web, idle in transaction for 5m), which waits for pid 43 and a prepared transaction: select 1 [ended in 5s if it is still in the way]',
    )
  })

  it('is a prepared transaction by its gid, as SQL writes it', () => {
    expect(describeBlocker(PREPARED)).toBe(
      "waits for prepared transaction 'order ''7' of database shop (app, prepared for 1m), which no session holds",
    )
  })

  it('is ended by hand where nobody else is waited for', () => {
    const between = { ...SESSION, pid: 41, waitsFor: [42] }
    expect(transientHint([between, SESSION])).toContain('SELECT pg_terminate_backend(42);')
    expect(transientHint([PREPARED])).toContain(
      "end it: ROLLBACK PREPARED 'order ''7' (in database",
    )
  })
})
