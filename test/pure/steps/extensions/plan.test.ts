import { describe, expect, it } from 'vitest'
import type { DeclaredExtension } from '../../../../src/config/config.ts'
import { extensionPlan } from '../../../../src/steps/extensions/plan.ts'
import {
  checkInstalled,
  type ExtensionState,
  type OfferedExtension,
  type OfferedVersion,
} from '../../../../src/steps/extensions/state.ts'
import { describeAction, statementFor } from '../../../../src/steps/extensions/statement.ts'

function offer(
  name: string,
  versions: readonly string[],
  more: Partial<OfferedVersion> = {},
): OfferedExtension {
  const common = { trusted: false, superuser: true, requires: [], ...more }
  return {
    name,
    defaultVersion: versions.at(-1) ?? '',
    versions: versions.map((version) => ({ version, ...common })),
  }
}

const OFFERED: readonly OfferedExtension[] = [
  offer('vector', ['0.8.0']),
  offer('uuid-ossp', ['1.1'], { trusted: true }),
  offer('hstore', ['1.4', '1.5', '1.8']),
  offer('cube', ['1.2', '1.5'], { trusted: true }),
  offer('earthdistance', ['1.1'], { requires: ['cube'] }),
  offer('tiger', ['3.5'], { requires: ['earthdistance', 'hstore'] }),
  offer('orphan', ['1.0'], { requires: ['nowhere'] }),
  offer('plpgsql', ['1.0'], { schema: 'pg_catalog', trusted: true }),
  { ...offer('careful', ['1.0', '2.0', '10.0']), defaultVersion: '1.0' },
]

const EMPTY: ExtensionState = { installed: [], offered: OFFERED, updates: [], schemas: ['public'] }

function plan(wanted: readonly DeclaredExtension[], state: Partial<ExtensionState> = {}) {
  const { actions, problems, notes } = extensionPlan(wanted, { ...EMPTY, ...state })
  return { actions, problems, notes, sql: actions.map(statementFor) }
}

function installed(name: string, version: string, schema = 'public') {
  return { installed: [{ name, version, schema }] }
}

describe('extensionPlan', () => {
  it('creates what is missing, in the order it is declared', () => {
    const { sql, problems } = plan([{ name: 'vector' }, { name: 'uuid-ossp' }])
    expect(sql).toEqual(['create extension "vector";', 'create extension "uuid-ossp";'])
    expect(problems).toEqual([])
  })

  it.each([
    { what: 'there, without a floor', floor: undefined },
    { what: 'exactly at its floor', floor: '0.8' },
    { what: 'above its floor', floor: '0.7.4' },
  ])('does nothing for one that is $what', ({ floor }) => {
    const wanted = [{ name: 'vector', ...(floor !== undefined && { floor }) }]
    expect(plan(wanted, installed('vector', '0.8.0'))).toMatchObject({ actions: [], notes: [] })
  })

  it('leaves an installed extension alone that the server no longer offers', () => {
    const state = { ...installed('vector', '0.8.0'), offered: [] }
    expect(plan([{ name: 'vector' }], state)).toMatchObject({ actions: [], problems: [] })
  })

  it('updates to the default version where that meets the floor', () => {
    const updates = ['1.5', '1.8', '1.9'].map((to) => ({ name: 'hstore', to }))
    const { actions, sql } = plan([{ name: 'hstore', floor: '1.5' }], {
      ...installed('hstore', '1.4'),
      updates,
    })
    expect(actions).toMatchObject([{ kind: 'update', name: 'hstore', from: '1.4', to: '1.8' }])
    expect(sql).toEqual([`alter extension "hstore" update to '1.8';`])
  })

  it('creates and updates to the highest version where the default one is below the floor', () => {
    const wanted = [{ name: 'careful', floor: '2.0' }]
    expect(plan(wanted).sql).toEqual([`create extension "careful" version '10.0';`])
    const updates = ['2.0', '10.0'].map((to) => ({ name: 'careful', to }))
    const { sql } = plan(wanted, { ...installed('careful', '1.0'), updates })
    expect(sql).toEqual([`alter extension "careful" update to '10.0';`])
  })

  it('takes the default version, not a higher one, where no floor asks for it', () => {
    expect(plan([{ name: 'careful' }]).sql).toEqual(['create extension "careful";'])
  })

  it('finds every problem at once, next to what can be done', () => {
    const { problems, actions } = plan([
      { name: 'nothing' },
      { name: 'vector', floor: '0.9' },
      { name: 'uuid-ossp' },
      { name: 'orphan' },
    ])
    expect(problems).toEqual([
      { kind: 'unavailable', name: 'nothing' },
      { kind: 'too old', name: 'vector', floor: '0.9', newest: '0.8.0' },
      { kind: 'unavailable', name: 'nowhere', requiredBy: 'orphan' },
    ])
    expect(actions.map((action) => action.name)).toEqual(['uuid-ossp'])
  })

  it('finds an installed one too old that no update brings to its floor', () => {
    const { problems } = plan([{ name: 'hstore', floor: '1.8' }], {
      ...installed('hstore', '1.3'),
      updates: [{ name: 'hstore', to: '1.4' }],
    })
    expect(problems).toEqual([
      { kind: 'too old', name: 'hstore', floor: '1.8', newest: '1.4', installed: '1.3' },
    ])
  })

  it('brings along what an extension requires and nobody declared', () => {
    const { actions, sql } = plan([{ name: 'tiger' }])
    expect(sql).toEqual(['create extension "tiger" cascade;'])
    expect(actions).toMatchObject([{ brings: ['earthdistance', 'cube', 'hstore'] }])
  })

  it('creates a declared requirement first, and so at its own version and schema', () => {
    const { actions } = plan([
      { name: 'tiger' },
      { name: 'earthdistance' },
      { name: 'cube', schema: 'public' },
    ])
    expect(actions.map((action) => action.name)).toEqual(['cube', 'earthdistance', 'tiger'])
    expect(actions.at(-1)).toMatchObject({ brings: ['hstore'] })
  })

  it('does not cascade where the requirements are there', () => {
    expect(plan([{ name: 'earthdistance' }], installed('cube', '1.5')).sql).toEqual([
      'create extension "earthdistance";',
    ])
  })

  it('creates a missing schema together with the extension in it', () => {
    expect(plan([{ name: 'hstore', schema: 'extensions' }]).sql).toEqual([
      'create schema if not exists "extensions"; create extension "hstore" schema "extensions";',
    ])
  })

  it('does not ask for the right to create a schema that is there', () => {
    const state = { schemas: ['extensions'] }
    expect(plan([{ name: 'hstore', schema: 'extensions' }], state).sql).toEqual([
      'create extension "hstore" schema "extensions";',
    ])
  })

  it('reports an extension in another schema and leaves it there', () => {
    const wanted = [{ name: 'hstore', schema: 'extensions' }]
    const { actions, notes } = plan(wanted, installed('hstore', '1.8'))
    expect(actions).toEqual([])
    expect(notes).toEqual([expect.stringContaining('hstore is in schema public')])
  })

  it('does not force an extension out of the one schema it can be in', () => {
    const { sql, notes } = plan([{ name: 'plpgsql', schema: 'extensions' }])
    expect(sql).toEqual(['create extension "plpgsql";'])
    expect(notes).toEqual([expect.stringContaining('can only be in schema pg_catalog')])
  })

  it('says whether CREATE on the database is enough', () => {
    const { actions } = plan([{ name: 'vector' }, { name: 'uuid-ossp' }])
    expect(actions).toMatchObject([{ trusted: false }, { trusted: true }])
  })
})

describe('describeAction', () => {
  it.each([
    { wanted: { name: 'vector' }, text: 'create vector' },
    { wanted: { name: 'hstore', schema: 'public' }, text: 'create hstore in schema public' },
    { wanted: { name: 'hstore', schema: 'new' }, text: 'create hstore in the new schema new' },
    { wanted: { name: 'earthdistance' }, text: 'create earthdistance together with cube' },
    { wanted: { name: 'careful', floor: '2.0' }, text: 'create careful 10.0' },
  ])('says in a few words: $text', ({ wanted, text }) => {
    expect(plan([wanted]).actions.map(describeAction)).toEqual([text])
  })

  it('says from where to where an update goes', () => {
    const state = { ...installed('hstore', '1.4'), updates: [{ name: 'hstore', to: '1.8' }] }
    const { actions } = plan([{ name: 'hstore', floor: '1.8' }], state)
    expect(actions.map(describeAction)).toEqual(['update hstore from 1.4 to 1.8'])
  })
})

describe('checkInstalled', () => {
  it('lists what is missing and what is below its floor', () => {
    const { installed: have } = installed('vector', '0.7.4')
    const wanted = [{ name: 'vector', floor: '0.8' }, { name: 'hstore' }]
    expect(checkInstalled(wanted, have)).toEqual([
      { name: 'vector', floor: '0.8', found: '0.7.4' },
      { name: 'hstore', found: null },
    ])
  })

  it('is content where all is there', () => {
    const { installed: have } = installed('vector', '0.8.0')
    expect(checkInstalled([{ name: 'vector', floor: '0.8' }], have)).toEqual([])
  })
})
