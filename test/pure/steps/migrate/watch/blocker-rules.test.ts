import { describe, expect, it } from 'vitest'
import {
  type BlockerFacts,
  whyNotEnded,
} from '../../../../../src/steps/migrate/watch/blocker-rules.ts'

/** The session of an application that may be ended. */
const SESSION: BlockerFacts = {
  pid: 42,
  backendStart: '2026-11-26 12:00:00+00',
  state: 'idle in transaction',
  application: 'web',
  backendType: 'client backend',
  preventsWraparound: false,
  isSuperuser: false,
  database: 'app',
  isElsewhere: false,
  hasAdvisoryLock: false,
  historyTable: null,
  mayEnd: true,
  self: 'gate',
}

const KEPT: readonly (readonly [string, Partial<BlockerFacts>, RegExp])[] = [
  ["a gate's", { application: 'pgate 0.1.0' }, /pgate's own/],
  ["a gate's of a named application", { application: 'pgate 0.1.0 billing' }, /pgate's own/],
  ["a superuser's", { isSuperuser: true }, /superuser's/],
  ['autovacuum', { backendType: 'autovacuum worker' }, /gives way by itself/],
  [
    'autovacuum to prevent wraparound',
    { backendType: 'autovacuum worker', preventsWraparound: true },
    /run to its end/,
  ],
  ['replication, or a base backup', { backendType: 'walsender' }, /walsender of the server/],
  [
    'a subscription',
    { backendType: 'logical replication worker' },
    /logical replication worker of the server/,
  ],
  ['pg_dump', { application: 'pg_dump' }, /it is pg_dump/],
  ['one in another database', { isElsewhere: true, database: 'other' }, /database, other/],
  ['one with an advisory lock', { hasAdvisoryLock: true }, /advisory lock/],
  ['one that has locked a history table', { historyTable: 'alembic_version' }, /alembic_version/],
  ['one that may not be ended', { mayEnd: false }, /GRANT pg_signal_backend TO gate$/],
  [
    'one that may not be seen',
    { backendType: null, state: null },
    /GRANT pg_read_all_stats TO gate$/,
  ],
  [
    'one that may be neither',
    { backendType: null, state: null, mayEnd: false },
    /GRANT pg_signal_backend, pg_read_all_stats TO gate$/,
  ],
]

describe('whyNotEnded', () => {
  it.each(KEPT)('says why the session is kept that is %s, in both modes', (_, facts, reason) => {
    for (const mode of ['cancel', 'terminate'] as const) {
      for (const state of ['active', 'idle in transaction']) {
        const one = { ...SESSION, ...facts, state: facts.state === null ? null : state }
        expect(whyNotEnded(one, mode)?.text).toMatch(reason)
      }
    }
  })

  it('ends what any other session does with terminate, and only what runs with cancel', () => {
    const idle = SESSION
    const aborted = { ...SESSION, state: 'idle in transaction (aborted)' }
    const active = { ...SESSION, state: 'active' }
    for (const one of [idle, aborted, active]) expect(whyNotEnded(one, 'terminate')).toBeUndefined()
    expect(whyNotEnded(active, 'cancel')).toBeUndefined()
    for (const one of [idle, aborted]) {
      expect(whyNotEnded(one, 'cancel')?.text).toMatch(/PGATE_BLOCKERS=terminate does/)
    }
  })

  it('marks what a right is missing for, which is said once for all sessions', () => {
    expect(whyNotEnded({ ...SESSION, mayEnd: false }, 'terminate')).toMatchObject({ isRight: true })
    expect(whyNotEnded({ ...SESSION, isSuperuser: true }, 'cancel')).not.toHaveProperty('isRight')
  })
})
