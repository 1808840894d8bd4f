import { describe, expect, it } from 'vitest'
import {
  actionFailed,
  notPermitted,
  unavailableError,
} from '../../../../src/steps/extensions/failures.ts'
import type { ExtensionAction, ExtensionProblem } from '../../../../src/steps/extensions/plan.ts'

const OFFERED = ['vector', 'uuid-ossp', 'pg_trgm', 'hstore'].map((name) => ({ name }))
const CONTRIB_ONLY = ['uuid-ossp', 'pg_trgm'].map((name) => ({ name }))

function missing(name: string, offered = OFFERED) {
  return unavailableError([{ kind: 'unavailable', name }], { offered, major: 17 })
}

function create(name: string, trusted: boolean): ExtensionAction {
  const declared = { name }
  const rest = { createsSchema: false, cascade: false, brings: [], declared }
  return { kind: 'create', name, trusted, ...rest }
}

describe('unavailableError', () => {
  it.each([
    { name: 'pgvector', meant: 'vector' },
    { name: 'uuid_ossp', meant: 'uuid-ossp' },
    { name: 'UUID-OSSP', meant: 'uuid-ossp' },
    { name: 'pg-trgm', meant: 'pg_trgm' },
    { name: 'hstor', meant: 'hstore' },
  ])('takes $name for $meant', ({ name, meant }) => {
    expect(missing(name).hint).toContain(`Did you mean ${meant}?`)
  })

  it.each(['constructor', '__proto__', 'hasOwnProperty'])('knows nothing of %s', (name) => {
    const { hint } = missing(name)
    expect(hint).toContain(`Install the package that holds ${name} for PostgreSQL 17`)
    expect(hint).not.toContain('Did you mean')
  })

  it.each([
    { name: 'vector', packages: ['postgresql-17-pgvector', 'pgvector/pgvector:pg17'] },
    { name: 'postgis', packages: ['postgresql-17-postgis-3'] },
    { name: 'citext', packages: ['postgresql-contrib'] },
    { name: 'quite_unknown', packages: ['quite_unknown for PostgreSQL 17'] },
  ])('names the package of $name', ({ name, packages }) => {
    const { hint } = missing(name, CONTRIB_ONLY)
    for (const one of packages) expect(hint).toContain(one)
  })

  it('names the package of what was meant where that is not there either', () => {
    const { hint } = missing('pgvector', CONTRIB_ONLY)
    expect(hint).toContain('postgresql-17-pgvector')
    expect(hint).toContain('write vector in PGATE_EXTENSIONS')
  })

  it('reports all problems in one failure, by the one that nothing but an install fixes', () => {
    const problems: readonly ExtensionProblem[] = [
      { kind: 'too old', name: 'hstore', floor: '9', newest: '1.8' },
      { kind: 'unavailable', name: 'cube', requiredBy: 'earthdistance' },
    ]
    const error = unavailableError(problems, { offered: OFFERED, major: 17 })
    expect(error).toMatchObject({
      code: 'EXTENSION_UNAVAILABLE',
      exitCode: 40,
      facts: { problems },
    })
    expect(error.message).toContain('hstore is wanted at 9 or above, and the server offers 1.8')
    expect(error.message).toContain('cube, which earthdistance requires, is not available')
  })

  it('says too old where nothing is missing', () => {
    const error = unavailableError(
      [{ kind: 'too old', name: 'vector', floor: '0.8', newest: '0.7', installed: '0.7' }],
      { offered: OFFERED, major: 15 },
    )
    expect(error).toMatchObject({ code: 'EXTENSION_TOO_OLD', exitCode: 40 })
    expect(error.message).toContain('installed at 0.7, wanted at 0.8 or above')
    expect(error.hint).toContain('postgresql-15-pgvector')
  })
})

describe('notPermitted', () => {
  const error = { sqlstate: '42501', message: 'permission denied' }
  const asker = { role: 'app "x"', database: 'my-db', admin: false }

  it('prints the statements for a superuser and points to PGATE_ADMIN_URL', () => {
    const refusals = [create('vector', false), create('uuid-ossp', true)]
    const failure = notPermitted(
      refusals.map((action) => ({ action, error })),
      asker,
    )
    expect(failure).toMatchObject({ code: 'EXTENSION_NOT_PERMITTED', exitCode: 41 })
    expect(failure.facts).toMatchObject({
      role: 'app "x"',
      extensions: ['vector', 'uuid-ossp'],
      statements: ['create extension "vector";', 'create extension "uuid-ossp";'],
    })
    expect(failure.hint).toContain('create extension "vector"; create extension "uuid-ossp";')
    expect(failure.hint).toContain('set PGATE_ADMIN_URL')
    expect(failure.hint).not.toContain('grant')
  })

  it('prints the grant that is enough for trusted extensions', () => {
    const failure = notPermitted([{ action: create('uuid-ossp', true), error }], asker)
    expect(failure.hint).toContain('grant create on database "my-db" to "app ""x""";')
  })

  it('asks for another administrator where there is one already', () => {
    const refusal = { action: create('vector', false), error }
    const failure = notPermitted([refusal], { ...asker, admin: true })
    expect(failure.hint).toContain('give PGATE_ADMIN_URL another role')
  })
})

describe('actionFailed', () => {
  it("keeps the server's own hint, and else gives the statement to try", () => {
    const error = { sqlstate: '55000', message: 'must be preloaded' }
    expect(actionFailed(create('pg_cron', false), { ...error, hint: 'Preload it.' })).toMatchObject(
      {
        code: 'EXTENSION_FAILED',
        exitCode: 40,
        facts: { extension: 'pg_cron', sqlstate: '55000' },
        hint: 'Preload it.',
      },
    )
    expect(actionFailed(create('pg_cron', false), error).hint).toContain(
      'create extension "pg_cron"',
    )
  })
})
