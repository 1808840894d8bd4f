import { describe, expect, it } from 'vitest'
import type { Definition } from '../../../../src/catalog/object-key.ts'
import { needsByName } from '../../../../src/diff/needs-by-name.ts'
import { compareCatalogs } from '../../../../src/steps/verify/drift/drift.ts'
import { repairDrift } from '../../../../src/steps/verify/drift/repair.ts'
import { repairScript } from '../../../../src/steps/verify/drift/repair-script.ts'

type Objects = Readonly<Record<string, Definition>>

const USERS: Objects = {
  'schema public': {},
  'table public.users': {},
  'column public.users.id': { type: 'bigint', nullable: false, position: '1' },
  'column public.users.size': { type: 'numeric(5,2)', nullable: true, position: '2' },
}
const INDEX = {
  'index public.i': {
    table: 'public.users',
    definition: 'CREATE INDEX i ON public.users USING btree (id)',
  },
}

describe('the repair of a drift', () => {
  it('makes what is missing, and leaves what nothing promises', () => {
    const extra = { 'enum public.by_hand': { labels: ['a'] } }
    const { statements, left } = repair({ ...USERS, ...INDEX }, { ...USERS, ...extra })
    expect(statements.map(({ sql }) => sql)).toEqual([
      'CREATE INDEX i ON public.users USING btree (id)',
    ])
    expect(left).toEqual([])
  })

  it('drops what nothing promises where it is strict', () => {
    const extra = { 'enum public.by_hand': { labels: ['a'] } }
    const { statements } = repair(USERS, { ...USERS, ...extra }, true)
    expect(statements.map(({ sql }) => sql)).toEqual(['DROP TYPE public.by_hand'])
  })

  it('leaves a table that may have been renamed to a person, with all that needs it', () => {
    const live = Object.fromEntries(
      Object.entries(USERS).map(([key, one]) => [key.replace('users', 'people'), one]),
    )
    const { statements, left } = repair({ ...USERS, ...INDEX }, live)
    expect(statements).toEqual([])
    expect(left).toEqual([
      {
        key: 'table public.users',
        why: 'table public.people is just like it; if it was that one, ALTER TABLE public.people RENAME TO users',
      },
      { key: 'index public.i', why: 'it needs table public.users' },
    ])
  })

  it('holds what destroys data as a comment of the script', () => {
    const live = {
      ...USERS,
      'column public.users.size': { type: 'numeric(5,3)', nullable: true, position: '2' },
    }
    const found = repair(USERS, live)
    const script = repairScript({ repair: found, faults: [], migrator: 'app', schema: 'public' })
    expect(script).toContain('-- 1 statement, of which 1 destroy data')
    expect(script).toMatch(/^-- ALTER TABLE public\.users ALTER COLUMN size TYPE/m)
    expect(script).toContain('-- Run it as app, the migrating role')
  })

  it('says in words what names an extension that is elsewhere here', () => {
    const column = {
      'column public.users.place': { type: 'public.vector(3)', nullable: true, position: '3' },
    }
    const { statements, left } = repair(
      { ...USERS, ...column, 'extension vector': { schema: 'public' } },
      { ...USERS, 'schema extensions': {}, 'extension vector': { schema: 'extensions' } },
    )
    expect(statements).toEqual([])
    expect(left).toEqual([
      {
        key: 'column public.users.place',
        why: 'it names extension vector, which is in schema extensions here and not in public',
      },
    ])
  })
})

function repair(promised: Objects, live: Objects, strict = false) {
  const [expected, found] = [promised, live].map((one) => new Map(Object.entries(one)))
  if (expected === undefined || found === undefined) throw new Error('two sides are compared')
  const drift = compareCatalogs({ expected, live: found, sameMajor: true })
  const schema = { objects: found, needs: needsByName(found) }
  return repairDrift(schema, { drift, promised: expected, strict })
}
