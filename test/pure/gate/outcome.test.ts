import { describe, expect, it } from 'vitest'
import {
  describeDowngrade,
  describeExtensions,
  describeMigration,
  describeProof,
} from '../../../src/gate/outcome.ts'

describe('summaries', () => {
  const versions = new Set(['b', 'a'])

  it.each([
    [
      { mode: 'manifest', objects: 79, unchanged: false },
      'schema as the manifest promises, 79 objects',
    ],
    [
      { mode: 'manifest', unchanged: true },
      'schema as the manifest promises, unchanged since the last verify',
    ],
    [
      { mode: 'structure', objects: 3, unchanged: false },
      'structure sound, no manifest compared, 3 objects',
    ],
    [{ mode: 'off', unchanged: false }, 'not looked at (PGATE_VERIFY is off)'],
  ] as const)('of verify %o', (proof, text) => {
    expect(describeProof({ ...proof, notices: [], warnings: [], versions })).toBe(text)
  })

  it.each([
    [{ applied: [], ahead: false, versions: new Set<string>() }, 'nothing pending, at <base>'],
    [{ applied: [], ahead: false, versions }, 'nothing pending, at a, b'],
    [
      { applied: [], ahead: false, versions, byAnother: true },
      'nothing pending any more, another gate did it, at a, b',
    ],
    [
      { applied: [], ahead: true, versions },
      'nothing run: the database is ahead of these files, at a, b',
    ],
  ])('of migrate %o', (outcome, text) => {
    expect(describeMigration(outcome)).toBe(text)
  })

  it('of a downgrade that finds nothing to do', () => {
    const outcome = { applied: [], ahead: false, versions: new Set<string>() }
    expect(describeDowngrade(outcome)).toBe('nothing to downgrade, at <base>')
  })

  it('of extensions, where none are declared and where all are right', () => {
    const nothing = { actions: [], notes: [], skipped: [] }
    expect(describeExtensions(nothing, [])).toBe('none declared')
    expect(describeExtensions(nothing, [{ name: 'vector' }, { name: 'uuid-ossp' }])).toBe(
      'vector, uuid-ossp as declared',
    )
  })

  it('of optional extensions, each that is left out with the reason', () => {
    const skipped = [
      { name: 'vector', reason: 'unavailable' },
      { name: 'citext', reason: 'not permitted' },
    ] as const
    const plan = { actions: [], notes: [], skipped }
    const wanted = [{ name: 'vector' }, { name: 'uuid-ossp' }, { name: 'citext' }]
    expect(describeExtensions(plan, wanted)).toBe(
      'uuid-ossp as declared, vector left out (optional, not available on this server), citext left out (optional, this role may not create it)',
    )
  })
})
