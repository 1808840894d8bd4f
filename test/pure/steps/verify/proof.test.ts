import { describe, expect, it } from 'vitest'
import { catalogScope } from '../../../../src/catalog/scope.ts'
import { BATCH, JOURNAL, LEASE } from '../../../../src/config/values.ts'
import { type ProofFacts, proofOf } from '../../../../src/steps/verify/proof.ts'

const FACTS: ProofFacts = {
  mode: 'manifest',
  strict: false,
  files: 'f1',
  schema: 's1',
  server: 18,
  versions: new Set(['a', 'b']),
  extensions: [{ name: 'vector', floor: '0.7' }, { name: 'uuid-ossp' }],
  skipped: [],
  unpromised: [],
  scope: catalogScope({ schema: 'public', versionTable: 'alembic_version' }, ['public']),
}

describe('proofOf', () => {
  it('is one short line', () => {
    expect(proofOf(FACTS)).toMatch(/^3 \[.+\]$/)
    expect(proofOf(FACTS)).not.toContain('\n')
  })

  it('does not depend on any order', () => {
    const turned = {
      ...FACTS,
      versions: new Set(['b', 'a']),
      extensions: FACTS.extensions.toReversed(),
    }
    expect(proofOf(turned)).toBe(proofOf(FACTS))
  })

  const changes: readonly Partial<typeof FACTS>[] = [
    { mode: 'structure' },
    { strict: true },
    { files: 'f2' },
    { server: 17 },
    { versions: new Set(['a']) },
    { extensions: [{ name: 'vector', floor: '0.8' }, { name: 'uuid-ossp' }] },
    { extensions: [{ name: 'vector', floor: '0.7' }] },
    { scope: catalogScope({ schema: 'app', versionTable: 'alembic_version' }, ['public']) },
    { scope: catalogScope({ schema: 'public', versionTable: 'alembic_version' }, 'all') },
    { schema: 's2' },
  ]
  it.each(changes)('changes with %j', (change) => {
    expect(proofOf({ ...FACTS, ...change })).not.toBe(proofOf(FACTS))
  })
})

describe('catalogScope', () => {
  it('leaves out the version table, the journal and the lease, under their own names', () => {
    const { ownTables } = catalogScope({ schema: 'app', versionTable: 'versions' }, 'all')
    expect(ownTables).toEqual([
      { schema: 'app', name: 'versions' },
      { schema: 'app', name: JOURNAL },
      { schema: 'app', name: LEASE },
      { schema: 'app', name: BATCH },
    ])
  })
})
