import { describe, expect, it } from 'vitest'
import { withoutSchema } from '../../../src/steps/verify/manifest/schema-names.ts'

describe('SQL relative to a schema', () => {
  it.each([
    ['a qualified name', 'ALTER TABLE app.t ADD b app.e[]', 'ALTER TABLE t ADD b e[]'],
    ['a quoted name', 'SELECT "App".t', 'SELECT "App".t'],
    ['a literal that is cast to a name', `nextval('app.s'::regclass)`, `nextval('s'::regclass)`],
    ['any other literal', `note = 'app.s'`, `note = 'app.s'`],
    ['a body in dollar quotes', 'AS $$ select app.t $$', 'AS $$ select app.t $$'],
    ['a name in another schema', 'other.app.t, other.t', 'other.app.t, other.t'],
    ['a column of that name', 'SELECT t.app.x, app', 'SELECT t.app.x, app'],
  ])('leaves the schema out of %s as one would', (_, text, expected) => {
    expect(withoutSchema(text, 'app')).toBe(expected)
  })

  it('knows a name that has to be quoted', () => {
    expect(withoutSchema('SELECT "My ""x""".t, "My""x".t', 'My"x')).toBe('SELECT "My ""x""".t, t')
  })
})
