import { describe, expect, it } from 'vitest'
import type { Definition } from '../../../src/verify/definition.ts'
import { structureFaults } from '../../../src/verify/structure.ts'

const NONE = new Set<string>()

function faultsOf(
  live: Readonly<Record<string, Definition>>,
  promised: Readonly<Record<string, Definition>> = {},
) {
  return structureFaults({
    live: new Map(Object.entries(live)),
    promised: new Map(Object.entries(promised)),
    versions: NONE,
    liveVersions: NONE,
    extensions: [],
  })
}

function index(definition: string): Definition {
  return { table: 'public.t', definition, valid: false }
}

describe('the remedy for', () => {
  const remedies: readonly (readonly [
    string,
    Readonly<Record<string, Definition>>,
    readonly string[],
  ])[] = [
    [
      'an invalid index is to build it again',
      { 'index public.i': index('CREATE INDEX i ON public.t USING btree (a)') },
      [
        'DROP INDEX CONCURRENTLY public.i;',
        'CREATE INDEX CONCURRENTLY i ON public.t USING btree (a);',
      ],
    ],
    [
      'what REINDEX CONCURRENTLY left is to drop it',
      { 'index public.i_ccnew': index('CREATE INDEX i_ccnew ON public.t USING btree (a)') },
      ['DROP INDEX CONCURRENTLY public.i_ccnew;'],
    ],
    [
      'a quoted leftover with a number, too',
      { 'index public."I_ccold1"': index('CREATE INDEX "I_ccold1" ON public.t (a)') },
      ['DROP INDEX CONCURRENTLY public."I_ccold1";'],
    ],
    [
      'a partitioned index is to attach what is missing',
      { 'index public.i': index('CREATE INDEX i ON ONLY public.t USING btree (a)') },
      [
        'ALTER INDEX public.i ATTACH PARTITION <index>; -- for each partition that has none attached',
      ],
    ],
    [
      'the index of a constraint is to reindex it',
      { 'constraint public.t."t pkey"': { definition: 'PRIMARY KEY (id)', indexValid: false } },
      ['REINDEX INDEX CONCURRENTLY public."t pkey";'],
    ],
    [
      'a constraint is to validate it',
      { 'constraint public.t.c': { definition: 'CHECK (true)', validated: false } },
      ['ALTER TABLE public.t VALIDATE CONSTRAINT c;'],
    ],
    [
      'a domain’s constraint is to validate it there',
      {
        'domain public.d': { type: 'text' },
        'constraint public.d.c': { definition: 'CHECK (true)', validated: false },
      },
      ['ALTER DOMAIN public.d VALIDATE CONSTRAINT c;'],
    ],
    [
      'a column is to set it not null once more',
      { 'column public.t."a.b"': { type: 'text', nullable: false, validated: false } },
      ['ALTER TABLE public.t ALTER COLUMN "a.b" SET NOT NULL;'],
    ],
  ]

  it.each(remedies)('%s', (_, live, remedy) => {
    expect(faultsOf(live).map((fault) => fault.remedy)).toEqual([remedy])
  })
})

describe('structureFaults', () => {
  it('finds an index that is valid and not ready', () => {
    const faults = faultsOf({
      'index public.i': { table: 'public.t', definition: '', ready: false },
    })
    expect(faults).toMatchObject([{ kind: 'index', subject: 'index public.i' }])
  })

  it('excuses a constraint that the manifest leaves unvalidated, and no other', () => {
    const unvalidated = { definition: 'x', validated: false }
    const live = { 'constraint a.b.c': unvalidated, 'constraint a.b.d': unvalidated }
    const faults = faultsOf(live, { 'constraint a.b.c': unvalidated, 'constraint a.b.d': {} })
    expect(faults.map(({ subject }) => subject)).toEqual(['constraint a.b.d'])
  })

  it('never excuses an invalid index', () => {
    const live = { 'index public.i': index('CREATE INDEX i ON public.t (a)') }
    expect(faultsOf(live, live)).toHaveLength(1)
  })

  it.each([
    [['a'], ['a'], null],
    [['a', 'b'], ['b', 'a'], null],
    [['a'], [], 'are none, expected a'],
    [[], ['a'], 'are a, expected none'],
    [['a', 'b'], ['c', 'a'], 'are a, c, expected a, b'],
  ])('of version rows: expected %j, found %j', (versions, liveVersions, message) => {
    const faults = structureFaults({
      live: new Map(),
      versions: new Set(versions),
      liveVersions: new Set(liveVersions),
      extensions: [],
    })
    expect(faults.map((fault) => fault.message)).toEqual(message === null ? [] : [message])
  })

  it.each([
    ['0.8.0', undefined, true],
    ['0.8.0', '0.8', true],
    ['0.8', '0.8.0', true],
    ['0.10', '0.9', true],
    ['1.0', '0.9.9', true],
    ['0.7.4', '0.8', false],
    ['0.8', '0.8.1', false],
  ])('of an extension at %s with floor %s', (installed, floor, enough) => {
    const facts = { live: new Map(), versions: NONE, liveVersions: NONE }
    const extensions = [{ name: 'vector', floor, installed }]
    expect(structureFaults({ ...facts, extensions })).toHaveLength(enough ? 0 : 1)
  })
})
