import { describe, expect, it } from 'vitest'
import { LEASE } from '../../../src/migrate/lease-table.ts'
import { JOURNAL } from '../../../src/migrate/tables.ts'
import { type ProofFacts, proofOf } from '../../../src/verify/digest.ts'
import { catalogScope } from '../../../src/verify/scope.ts'

const FACTS: ProofFacts & { readonly digest: string } = {
  mode: 'manifest',
  strict: false,
  manifestSha: 'sha',
  server: 18,
  versions: new Set(['a', 'b']),
  extensions: [{ name: 'vector', floor: '0.7' }, { name: 'uuid-ossp' }],
  scope: catalogScope({ schema: 'public', versionTable: 'alembic_version' }, ['public']),
  digest: 'd1',
}

describe('proofOf', () => {
  it('is one short line', () => {
    expect(proofOf(FACTS)).toMatch(/^1:[0-9a-f]{64}$/)
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
    { manifestSha: null },
    { server: 17 },
    { versions: new Set(['a']) },
    { extensions: [{ name: 'vector', floor: '0.8' }, { name: 'uuid-ossp' }] },
    { extensions: [{ name: 'vector', floor: '0.7' }] },
    { scope: catalogScope({ schema: 'app', versionTable: 'alembic_version' }, ['public']) },
    { scope: catalogScope({ schema: 'public', versionTable: 'alembic_version' }, 'all') },
    { digest: 'd2' },
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
    ])
  })
})
