import { describe, expect, it } from 'vitest'
import type { Catalog } from '../../../../../src/catalog/catalog.ts'
import { GateError } from '../../../../../src/errors/error.ts'
import { formatManifest } from '../../../../../src/steps/verify/manifest/format-manifest.ts'
import { type Manifest, parseManifest } from '../../../../../src/steps/verify/manifest/manifest.ts'
import {
  manifestOf,
  manifestSha,
  staleness,
} from '../../../../../src/steps/verify/manifest/manifest-of.ts'

const CATALOG: Catalog = {
  broken: new Map(),
  digest: '',
  server: 18,
  objects: new Map([
    ['column public.users."Full Name"', { type: 'text', nullable: true }],
    ['column public.users.id', { type: 'bigint', nullable: false }],
    ['constraint public.users.users_pkey', { definition: 'PRIMARY KEY (id)' }],
    ['enum public.state', { labels: ['a', 'b'] }],
    ['extension vector', { schema: 'public', version: '0.8.0' }],
    ['index public.a_name', { table: 'public.users', definition: 'CREATE INDEX …' }],
    ['schema "Audit"', {}],
    ['schema public', {}],
    ['table "Audit".log', {}],
    ['table public.users', {}],
  ]),
}

const MADE = manifestOf(CATALOG, {
  heads: ['b'],
  checksums: new Map([
    ['b', '22'],
    ['a', '11'],
  ]),
  schema: 'public',
  respelled: new Map([['index public.a_name', { definition: ['CREATE INDEX (…)'] }]]),
})

const TEXT = `{
  "format": 2,
  "server": 18,
  "schema": "public",
  "heads": ["b"],
  "revisions": {
    "a": "11",
    "b": "22"
  },
  "schemas": ["Audit","public"],
  "objects": {
    "schema \\"Audit\\"": {},
    "schema public": {},
    "extension vector": {"schema":"public"},
    "table \\"Audit\\".log": {},
    "enum public.state": {"labels":["a","b"]},
    "table public.users": {},
    "column public.users.\\"Full Name\\"": {"nullable":true,"type":"text"},
    "column public.users.id": {"nullable":false,"type":"bigint"},
    "constraint public.users.users_pkey": {"definition":"PRIMARY KEY (id)"},
    "index public.a_name": {"definition":"CREATE INDEX …","table":"public.users"}
  },
  "respelled": {
    "index public.a_name": {"definition":["CREATE INDEX (…)"]}
  }
}
`

describe('formatManifest', () => {
  it('writes one object a line, a table before its parts', () => {
    expect(formatManifest(MADE)).toBe(TEXT)
  })

  it('gives the same text for what was read back', () => {
    expect(formatManifest(parseManifest(TEXT, 'manifest.json'))).toBe(TEXT)
  })

  it('writes an empty schema as valid JSON', () => {
    const empty: Manifest = { ...MADE, objects: new Map(), revisions: {}, respelled: new Map() }
    expect(JSON.parse(formatManifest(empty))).toMatchObject({
      objects: {},
      revisions: {},
      respelled: {},
    })
  })
})

describe('manifestOf', () => {
  it('leaves out a public schema that nothing is in', () => {
    const objects = new Map([...CATALOG.objects].filter(([key]) => !key.includes('public')))
    const made = manifestOf(
      { ...CATALOG, objects },
      { heads: [], checksums: new Map(), schema: 'public', respelled: new Map() },
    )
    expect(made.schemas).toEqual(['Audit'])
    expect(made.objects.has('schema public')).toBe(false)
    expect(MADE.objects.has('schema public')).toBe(true)
  })

  it('keeps no version of an extension', () => {
    expect(MADE.objects.get('extension vector')).toEqual({ schema: 'public' })
  })
})

describe('manifestSha', () => {
  it('is SHA-256 in hex', () => {
    expect(manifestSha('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })
})

describe('staleness', () => {
  const facts = (checksums: Record<string, string>, heads = ['b']) => ({
    heads,
    checksums: new Map(Object.entries(checksums)),
  })

  it.each([
    ['the same revisions', facts({ a: '11', b: '22' }), null],
    [
      'a new revision',
      facts({ a: '11', b: '22', c: '33' }, ['c']),
      'the manifest was written before revision c',
    ],
    [
      'many new revisions',
      facts({ a: '11', b: '22', c: '3', d: '4', e: '5', f: '6', g: '7' }),
      'the manifest was written before revisions c, d, e and 2 more',
    ],
    [
      'a removed revision',
      facts({ a: '11' }, ['a']),
      'the manifest describes revision b, which no file holds',
    ],
    [
      'an edited revision',
      facts({ a: '11', b: '23' }),
      'the manifest was written before the last edit of revision b',
    ],
    [
      'other heads',
      facts({ a: '11', b: '22' }, ['a', 'b']),
      'the manifest describes head b, not heads a, b',
    ],
  ])('with %s', (_, revisions, sentence) => {
    expect(staleness(MADE, revisions)).toBe(sentence)
  })
})

describe('parseManifest refuses', () => {
  const broken = (change: Record<string, unknown>) =>
    JSON.stringify({ ...JSON.parse(TEXT), ...change })

  it.each([
    ['what is no JSON', '{', '', /^m\/manifest\.json: is not JSON/],
    ['a list', '[]', '', /is not a JSON object/],
    ['a merge conflict', TEXT.replace('"heads"', '\n<<<<<<< ours\n"heads"'), 'line 6', /merge/],
    ['a missing format', broken({ format: undefined }), 'format', /this pgate writes 2/],
    ['another format', broken({ format: 1 }), 'format', /is 1; this pgate reads 2/],
    ['a server that is no number', broken({ server: '18' }), 'server', /major version/],
    ['a schema that is no text', broken({ schema: null }), 'schema', /name of a schema/],
    ['heads that are no list', broken({ heads: 'a' }), 'heads', /list/],
    ['a checksum that is no text', broken({ revisions: { a: 1 } }), 'revisions["a"]', /checksum/],
    ['schemas that are no texts', broken({ schemas: [1] }), 'schemas', /list/],
    ['objects that are a list', broken({ objects: [] }), 'objects', /object/],
    ['respellings that are a list', broken({ respelled: [] }), 'respelled', /object/],
    [
      'a respelling of nothing',
      broken({ respelled: { 'table x': {} } }),
      'respelled["table x"]',
      /none of the objects/,
    ],
    [
      'a respelling that is no list',
      broken({ respelled: { 'index public.a_name': { definition: 'CREATE' } } }),
      'respelled["index public.a_name"]',
      /lists of texts/,
    ],
    ['an unknown kind', broken({ objects: { 'gizmo x': {} } }), 'objects["gizmo x"]', /kind/],
    [
      'a field that is a number',
      broken({ objects: { 'table x.y': { a: 1 } } }),
      'objects["table x.y"]',
      /texts and lists/,
    ],
  ])('%s', (_, text, field, message) => {
    const refused = () => parseManifest(text, 'm/manifest.json')
    expect(refused).toThrow(GateError)
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'MANIFEST_INVALID',
        exitCode: 50,
        facts: { file: 'm/manifest.json', field },
        message: expect.stringMatching(message),
      }),
    )
  })
})
