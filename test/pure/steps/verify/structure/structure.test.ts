import { describe, expect, it } from 'vitest'
import type { Definition } from '../../../../../src/catalog/object-key.ts'
import {
  reportUnvalidated,
  type StructureFault,
  structureFaults,
} from '../../../../../src/steps/verify/structure/structure.ts'

const NONE = new Set<string>()

function faultsOf(
  live: Readonly<Record<string, Definition>>,
  promised: Readonly<Record<string, Definition>> = {},
  broken: Readonly<Record<string, Definition>> = {},
) {
  return structureFaults({
    live: new Map(Object.entries(live)),
    broken: new Map(Object.entries(broken)),
    promised: new Map(Object.entries(promised)),
    versions: NONE,
    liveVersions: NONE,
    extensions: [],
  })
}

/** The one fault of an index that the catalog calls broken. */
function brokenIndex(
  definition: Definition,
  promised: Readonly<Record<string, Definition>> = {},
): readonly StructureFault[] {
  const broken = { 'index public."I 1"': { table: 'public.t', valid: false, ...definition } }
  return faultsOf({}, promised, broken)
}

describe('the remedy for', () => {
  const indexes: readonly (readonly [string, Definition, readonly string[]])[] = [
    ['an invalid index is to repair it', {}, ['pgate verify --repair']],
    [
      'a partitioned index is to attach what is missing',
      { partitioned: true },
      [
        'ALTER INDEX public."I 1" ATTACH PARTITION <index>; -- for each partition that has none attached',
        'pgate verify --repair',
      ],
    ],
    [
      'the index of an exclusion constraint is to reindex it by hand',
      { exclusion: true },
      ['REINDEX INDEX public."I 1"; -- keeps writers out meanwhile'],
    ],
  ]

  it.each(indexes)('%s', (_, definition, remedy) => {
    expect(brokenIndex(definition)).toMatchObject([{ subject: 'index public."I 1"', remedy }])
  })

  const remedies: readonly (readonly [
    string,
    Readonly<Record<string, Definition>>,
    readonly string[],
  ])[] = [
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
    const promised = Object.fromEntries(Object.keys(live).map((key) => [key, {}]))
    expect(faultsOf(live, promised).map((fault) => fault.remedy)).toEqual([remedy])
  })
})

describe('structureFaults', () => {
  it.each([
    [{ valid: true }, 'is not ready: it misses rows that are written now'],
    [{ valid: false }, 'is not valid: a concurrent build was broken off'],
    [{ partitioned: true }, 'is not valid: a partition lacks its part of it'],
  ])('says of a broken index with %j what is wrong', (definition, message) => {
    expect(brokenIndex(definition)).toMatchObject([{ kind: 'index', message }])
  })

  it('excuses an index that a session is building, unless the manifest promises it', () => {
    const building = { builder: '42' }
    expect(brokenIndex(building)).toEqual([])
    expect(brokenIndex(building, { 'index public."I 1"': {} })).toMatchObject([
      { message: 'is not valid yet: another session (pid 42) is at work on it' },
    ])
  })

  it('faults a constraint that is promised as validated, and reports one that nobody promised', () => {
    const unvalidated = { definition: 'x', validated: false }
    const live = {
      'constraint a.b.c': unvalidated,
      'constraint a.b.d': unvalidated,
      'constraint a.b.e': unvalidated,
    }
    const promised = { 'constraint a.b.c': unvalidated, 'constraint a.b.d': {} }
    expect(faultsOf(live, promised).map(({ subject }) => subject)).toEqual(['constraint a.b.d'])
    const objects = new Map(Object.entries(live))
    expect(
      reportUnvalidated({ live: objects, promised: new Map(Object.entries(promised)) }),
    ).toEqual([
      'constraint a.b.e is not validated: older rows may break it; ALTER TABLE a.b VALIDATE CONSTRAINT e;',
    ])
    expect(faultsOf(live)).toEqual([])
    expect(reportUnvalidated({ live: objects })).toHaveLength(3)
  })

  it('never excuses an invalid index that nobody is building', () => {
    expect(brokenIndex({}, { 'index public."I 1"': { valid: false } })).toHaveLength(1)
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
      broken: new Map(),
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
    const facts = { live: new Map(), broken: new Map(), versions: NONE, liveVersions: NONE }
    const extensions = [{ name: 'vector', floor, installed }]
    expect(structureFaults({ ...facts, extensions })).toHaveLength(enough ? 0 : 1)
  })
})
