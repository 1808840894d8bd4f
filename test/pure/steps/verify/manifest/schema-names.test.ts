import { describe, expect, it } from 'vitest'
import {
  mayHoldAlias,
  renameSchema,
} from '../../../../../src/steps/verify/manifest/schema-names.ts'

const TO_B = { from: 'app', to: 'b', printed: 'b' }

describe('renameSchema', () => {
  it.each([
    ['app.t', 'b.t'],
    ['app."T.x".id', 'b."T.x".id'],
    ['"app".t', 'b.t'],
    ['other.app.id', 'other.app.id'],
    ['app.app.app', 'b.app.app'],
    ['myapp.t app2.t', 'myapp.t app2.t'],
    ["nextval('app.s'::regclass)", "nextval('b.s'::regclass)"],
    [`nextval('app."it''s"'::regclass)`, `nextval('b."it''s"'::regclass)`],
    ["f('app.f(app.mood)'::regprocedure)", "f('b.f(b.mood)'::regprocedure)"],
    ["'app'::regnamespace", "'b'::regnamespace"],
    ["'app.t'::text", "'app.t'::text"],
    ["E'it\\'s app.t'::text || app.f()", "E'it\\'s app.t'::text || b.f()"],
    ["'it''s app.t' = app.f('x')", "'it''s app.t' = b.f('x')"],
    ['$$app.t$$ $x$app.t$x$ app.t', '$$app.t$$ $x$app.t$x$ b.t'],
    ['a::app.mood', 'a::b.mood'],
    ['a OPERATOR(app.=) b', 'a OPERATOR(b.=) b'],
    ['"app.t"."x"', '"app.t"."x"'],
    ['täapp.t $1app.t', 'täapp.t $1b.t'],
  ])('%s becomes %s', (text, renamed) => {
    expect(renameSchema(text, TO_B)).toBe(renamed)
  })

  it('takes a plain word for a name in lower case alone', () => {
    const renaming = { from: 'App', to: 'user', printed: '"user"' }
    expect(renameSchema('"App".t App.t', renaming)).toBe('"user".t App.t')
  })

  it('leaves a word that is an alias', () => {
    const text = 'select app.id from app.t app'
    expect(mayHoldAlias(text, 'app')).toBe(true)
    expect(mayHoldAlias('select t.id from app.t', 'app')).toBe(false)
    expect(renameSchema(text, TO_B, (offset) => offset === 7)).toBe('select app.id from b.t app')
  })
})
