import { expect, it } from 'vitest'
import type { Definition } from '../../../../../src/catalog/object-key.ts'
import { compareCatalogs } from '../../../../../src/steps/verify/drift/drift.ts'

it('a role that a revision names is the migrating role where that has its name', () => {
  const expected = new Map([['policy public.t.p', { command: 'all', roles: ['app', 'public'] }]])
  const policy = { command: 'all', roles: ['public', 'the migrating role'] }
  const drift = (name: string) =>
    compareCatalogs({
      expected,
      live: new Map<string, Definition>([
        ['policy public.t.p', policy],
        ['migrating role', { name }],
      ]),
      sameMajor: true,
    })
  expect(drift('app')).toMatchObject({ missing: [], different: [], extra: [] })
  expect(drift('other').different).toHaveLength(1)
})
