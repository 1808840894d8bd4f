import { describe, expect, it } from 'vitest'
import { asExtensions } from '../../../src/config/values.ts'

const FORMS = 'write name, name?, name>=1.2, name@schema or name>=1.2@schema'

describe('the list of extensions', () => {
  it.each([
    ['', []],
    ['  ', []],
    ['vector', [{ name: 'vector' }]],
    ['vector,uuid-ossp', [{ name: 'vector' }, { name: 'uuid-ossp' }]],
    [' vector ,\n pg_trgm ', [{ name: 'vector' }, { name: 'pg_trgm' }]],
    ['vector>=0.7', [{ name: 'vector', floor: '0.7' }]],
    ['postgis>=3', [{ name: 'postgis', floor: '3' }]],
    ['vector >= 0.7.1', [{ name: 'vector', floor: '0.7.1' }]],
    ['pg_trgm@extensions', [{ name: 'pg_trgm', schema: 'extensions' }]],
    ['pg_trgm @ Ext-1', [{ name: 'pg_trgm', schema: 'Ext-1' }]],
    ['vector>=0.7@ext', [{ name: 'vector', floor: '0.7', schema: 'ext' }]],
    ['vector@pg_catalog', [{ name: 'vector', schema: 'pg_catalog' }]],
    ['vector?', [{ name: 'vector', optional: true }]],
    ['vector ?>=0.7@ext', [{ name: 'vector', floor: '0.7', schema: 'ext', optional: true }]],
    ['vector@ext>=0.7', [{ name: 'vector', floor: '0.7', schema: 'ext' }]],
  ])('reads %j', (text, extensions) => {
    expect(asExtensions(text)).toEqual(extensions)
  })

  it.each([
    'vector??',
    'vector>=0.7?',
    '?',
    'vector>0.7',
    'vector=0.7',
    'vector>=',
    'vector>=a',
    'vector>=0.7-beta',
    'vector>=0.7>=0.8',
    'vector@',
    'vector@a@b',
    'vector@a b',
    '>=0.7',
    '@ext',
    'vec tor',
    'vector;',
    "vector'",
    '-vector',
    'vector-',
    'uuid--ossp',
    '../vector',
    'a'.repeat(64),
    `vector@${'s'.repeat(64)}`,
    `vector@${'ü'.repeat(32)}`,
  ])('refuses %j', (text) => {
    expect(() => asExtensions(text)).toThrow(FORMS)
  })

  it.each(['pg_x', 'pg_toast', 'information_schema'])('refuses the schema %s', (schema) => {
    expect(() => asExtensions(`vector@${schema}`)).toThrow("is PostgreSQL's own: write another")
  })

  it('refuses an empty entry', () => {
    expect(() => asExtensions('vector,')).toThrow(new Error(`found ""; ${FORMS}`))
  })

  it('names every entry that cannot be read, and every name given twice, once', () => {
    const act = () => asExtensions('a b,vector,vector>=0.7,vector@x,c d,pg_trgm,pg_trgm')
    expect(act).toThrow(
      new Error(
        `found "a b"; ${FORMS}; found "c d"; ${FORMS}; vector is declared twice; pg_trgm is declared twice`,
      ),
    )
  })
})
