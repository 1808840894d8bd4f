import { describe, expect, it } from 'vitest'
import { requireConnection } from '../../../src/config/config.ts'
import { failureOf, type Given, load, problemsOf } from './load.ts'

/** What the connection is, in one line; the password too, which nothing else shows. */
function connection(env: Record<string, string | undefined>, given?: Given): string | undefined {
  const target = load(env, given).connection
  if (target === undefined) return undefined
  const hosts = target.hosts.map(({ host, port }) => `${host}:${port}`).join(',')
  return `${target.user}:${target.password ?? ''}@${hosts}/${target.database}`
}

const LIBPQ = { PGHOST: 'pg', PGDATABASE: 'pgdb', PGUSER: 'pguser', PGPASSWORD: 'pgpw' }
const PARTS = { DB_HOST: 'parts', DB_NAME: 'name', DB_USER: 'user', DB_PASSWORD: 'pw' }
const NESTED = { DATABASE__URL: 'postgresql+asyncpg://n:npw@nested/n' }
const URL_ONLY = { DATABASE_URL: 'postgresql://u:upw@url/u' }

describe('the connection is taken from', () => {
  it.each([
    ['nothing', {}, {}, undefined],
    ["libpq's variables", LIBPQ, {}, 'pguser:pgpw@pg:5432/pgdb'],
    ['parts before those', { ...LIBPQ, ...PARTS }, {}, 'user:pw@parts:5432/name'],
    ['DATABASE__URL before those', { ...LIBPQ, ...PARTS, ...NESTED }, {}, 'n:npw@nested:5432/n'],
    [
      'DATABASE_URL before those',
      { ...LIBPQ, ...PARTS, ...NESTED, ...URL_ONLY },
      {},
      'u:upw@url:5432/u',
    ],
    [
      '--database-url before those',
      { ...LIBPQ, ...PARTS, ...NESTED, ...URL_ONLY },
      { databaseUrl: 'postgres://o@option/o' },
      'o:pgpw@option:5432/o',
    ],
  ])('%s', (_, env, options, expected) => {
    expect(connection(env, { options })).toBe(expected)
  })

  it.each([
    ['DATABASE_URL', { ...NESTED, DATABASE_URL: '' }, 'n:npw@nested:5432/n'],
    ['DATABASE__URL', { ...PARTS, DATABASE__URL: '' }, 'user:pw@parts:5432/name'],
    [
      'every part',
      { ...LIBPQ, DB_HOST: '', DB_NAME: '', DB_USER: '', DB_PORT: '', DB_PASSWORD: '' },
      'pguser:pgpw@pg:5432/pgdb',
    ],
    ["every variable of libpq's", { PGHOST: '', PGDATABASE: '', PGUSER: '' }, undefined],
  ])('the next where %s is empty', (_, env, expected) => {
    expect(connection(env)).toBe(expected)
  })

  it.each([
    [{ DB_HOST: 'h' }, 'tester:@h:5432/tester'],
    [{ DB_NAME: 'n' }, 'tester:@localhost:5432/n'],
    [{ DB_USER: 'u' }, 'u:@localhost:5432/u'],
    [{ DB_PORT: '15432' }, undefined],
    [{ DB_PASSWORD: 'pw' }, undefined],
    [{ PGHOST: 'h' }, 'tester:@h:5432/tester'],
    [{ PGDATABASE: 'd' }, 'tester:@localhost:5432/d'],
    [{ PGUSER: 'u' }, 'u:@localhost:5432/u'],
    [{ PGPORT: '5433' }, undefined],
    [{ PGSSLMODE: 'require' }, undefined],
    [{ DB_HOST: 'h', DB_PORT: '15432', PGUSER: 'pguser' }, 'pguser:@h:15432/pguser'],
  ])('%j', (env, expected) => {
    expect(connection(env)).toBe(expected)
  })

  it.each([
    'postgres',
    'postgresql',
    'postgresql+asyncpg',
    'postgresql+psycopg2',
    'postgres+pg8000',
  ])('a URL that begins with %s://', (scheme) => {
    for (const name of ['DATABASE_URL', 'DATABASE__URL']) {
      expect(connection({ [name]: `${scheme}://app:pw@db:5433/app` })).toBe('app:pw@db:5433/app')
    }
  })

  it("several hosts, with libpq's other variables", () => {
    const { connection: target } = load({
      PGHOST: 'a,b',
      PGPORT: '5432,5433',
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/ca.pem',
      PGTARGETSESSIONATTRS: 'read-write',
    })
    expect(target).toMatchObject({
      hosts: [
        { host: 'a', port: 5432 },
        { host: 'b', port: 5433 },
      ],
      sslmode: 'verify-full',
      sslRootCert: '/ca.pem',
      targetSessionAttrs: 'read-write',
    })
  })
})

describe('a URL as Prisma has it', () => {
  const url =
    'postgresql://app@db/app?schema=sales&connection_limit=5&pool_timeout=0&pgbouncer=true&sslmode=disable'

  it('names the schema, where PGATE_SCHEMA does not, and its pool is passed over', () => {
    expect(load({ DATABASE_URL: url })).toMatchObject({ schema: 'sales', isSchemaSet: true })
    expect(load({ DATABASE_URL: url }).connection).toMatchObject({ sslmode: 'disable' })
    expect(load({ DATABASE_URL: url, PGATE_SCHEMA: 'app' })).toMatchObject({ schema: 'app' })
  })

  it.each([
    ['schema=pg_x', "are PostgreSQL's own"],
    ['shema=x', 'no connection parameter of PostgreSQL'],
    ['schema=a&schema=b', 'given twice'],
  ])('is refused with %s', (parameters, words) => {
    const problems = problemsOf({ DATABASE_URL: `postgresql://app@db/app?${parameters}` })
    expect(problems.DATABASE_URL).toContain(words)
  })
})

describe('the admin connection', () => {
  it('is its own, and absent where none is set', () => {
    const env = { ...URL_ONLY, PGATE_ADMIN_URL: 'postgresql://root:rpw@url/u' }
    expect(load(env).adminConnection?.user).toBe('root')
    expect(load(env).connection?.user).toBe('u')
    expect(load(URL_ONLY).adminConnection).toBeUndefined()
    expect(load({ ...URL_ONLY, PGATE_ADMIN_URL: '' }).adminConnection).toBeUndefined()
  })

  it('has its own option', () => {
    const options = { adminUrl: 'postgresql://boss@url/u' }
    expect(load(URL_ONLY, { options }).adminConnection?.user).toBe('boss')
  })
})

describe('the rights of a _FILE', () => {
  const files = { '/p': 'postgresql://u:upw@url/u' }
  const loaded = (mode: string) => ({ files, fileMode: 0o100000 + Number.parseInt(mode, 8) })

  it.each(['0400', '0600', '0644', '0664', '0444', '0755'])('mode %s is let pass', (mode) => {
    expect(load({ DATABASE_URL_FILE: '/p' }, loaded(mode)).connection?.password).toBe('upw')
  })

  it.each(['0666', '0602', '0777'])('mode %s is refused', (mode) => {
    expect(problemsOf({ DATABASE_URL_FILE: '/p' }, loaded(mode))).toEqual({
      DATABASE_URL_FILE: `the file "/p" may be changed by everybody (mode ${mode}); run chmod o-w on it where it is kept, on the host of a container, or mount it with mode 0444`,
    })
  })
})

describe('a _FILE twin', () => {
  it.each([
    ['DATABASE_URL', {}, 'postgresql://f:pw@file/d', 'f:pw@file:5432/d'],
    ['DATABASE__URL', {}, 'postgresql+asyncpg://f:pw@file/d', 'f:pw@file:5432/d'],
    ['DB_PASSWORD', { DB_HOST: 'h', DB_USER: 'u' }, ' p:w ', 'u: p:w @h:5432/u'],
    ['PGPASSWORD', { PGHOST: 'h', PGUSER: 'u' }, 'p/w', 'u:p/w@h:5432/u'],
  ])('gives %s', (name, env, text, expected) => {
    for (const ending of ['', '\n', '\r\n']) {
      const files = { '/run/secrets/x': `${text}${ending}` }
      expect(connection({ ...env, [`${name}_FILE`]: '/run/secrets/x' }, { files })).toBe(expected)
    }
  })

  it('gives PGATE_ADMIN_URL', () => {
    const files = { '/run/secrets/x': 'postgresql://root@url/u\n' }
    const env = { ...URL_ONLY, PGATE_ADMIN_URL_FILE: '/run/secrets/x' }
    expect(load(env, { files }).adminConnection?.user).toBe('root')
  })

  it('loses one line ending and no more', () => {
    const env = { DB_HOST: 'h', DB_PASSWORD_FILE: '/p' }
    expect(load(env, { files: { '/p': 'pw\n\n' } }).connection?.password).toBe('pw\n')
  })

  it('is a problem next to its variable', () => {
    const env = { ...URL_ONLY, DATABASE_URL_FILE: '/p' }
    expect(problemsOf(env, { files: { '/p': 'postgresql://x@y/z' } })).toEqual({
      DATABASE_URL: 'set both as DATABASE_URL and as DATABASE_URL_FILE; keep one of them',
    })
  })

  it('counts as unset where it is empty, and so does its variable', () => {
    expect(connection({ ...URL_ONLY, DATABASE_URL_FILE: '' })).toBe('u:upw@url:5432/u')
    const files = { '/p': 'postgresql://f:fpw@file/d' }
    expect(connection({ DATABASE_URL: '', DATABASE_URL_FILE: '/p' }, { files })).toBe(
      'f:fpw@file:5432/d',
    )
  })

  it.each([
    [
      'is missing',
      {},
      'cannot read "/p" (ENOENT); nothing is there: mount the file at this path, or correct the path',
    ],
    ['is empty', { '/p': '' }, 'the file "/p" is empty'],
    ['holds a line ending alone', { '/p': '\n' }, 'the file "/p" is empty'],
  ])('is a problem where the file %s', (_, files, message) => {
    expect(problemsOf({ DATABASE_URL_FILE: '/p' }, { files })).toEqual({
      DATABASE_URL_FILE: message,
    })
  })

  it('is not opened where another connection is taken', () => {
    expect(connection({ ...URL_ONLY, DB_HOST: 'h', DB_PASSWORD_FILE: '/missing' })).toBe(
      'u:upw@url:5432/u',
    )
  })
})

describe('a connection that cannot be used', () => {
  it.each([
    [{ DATABASE_URL: 'mysql://app@db/app' }, 'DATABASE_URL'],
    [{ DATABASE__URL: 'postgresql://db:x/app' }, 'DATABASE__URL'],
    [{ DATABASE_URL: 'postgresql://db/app?sslmde=require' }, 'DATABASE_URL'],
    [{ PGATE_ADMIN_URL: 'db' }, 'PGATE_ADMIN_URL'],
    [{ DB_HOST: 'h', DB_PORT: '0' }, 'DB_PORT'],
    [{ DB_HOST: 'h', DB_PORT: '65536' }, 'DB_PORT'],
    [{ DB_HOST: 'a b' }, 'DB_HOST'],
    [{ DB_HOST: 'h', PGPORT: 'x' }, 'PGPORT'],
    [{ PGHOST: 'h', PGSSLMODE: 'maybe' }, 'PGSSLMODE'],
    [{ ...URL_ONLY, PGSSLMODE: 'maybe' }, 'PGSSLMODE'],
    [{ PGHOST: 'a,b', PGPORT: '1,2,3' }, 'PGPORT'],
    [{ PGSERVICE: 'app' }, 'PGSERVICE'],
    [{ PGHOSTADDR: '10.0.0.1' }, 'PGHOSTADDR'],
  ])('%j is reported under its variable: %s', (env, variable) => {
    expect(Object.keys(problemsOf(env))).toEqual([variable])
  })

  it('is reported under the option or the file that held it', () => {
    expect(Object.keys(problemsOf({}, { options: { databaseUrl: 'x' } }))).toEqual([
      '--database-url',
    ])
    const given = { files: { '/p': 'x' } }
    expect(Object.keys(problemsOf({ DATABASE_URL_FILE: '/p' }, given))).toEqual([
      'DATABASE_URL_FILE',
    ])
  })

  it('is reported once where two connections stumble over it', () => {
    const env = { ...URL_ONLY, PGATE_ADMIN_URL: 'postgresql://root@url/u', PGSSLMODE: 'maybe' }
    const { message } = failureOf(() => load(env))
    expect(message.split('\n')).toHaveLength(1)
  })

  it('is reported together with every other problem', () => {
    const env = { DATABASE_URL: 'db', PGATE_ADMIN_URL: 'db', PGATE_VERIFY: 'no', PGATE_X: '' }
    expect(Object.keys(problemsOf(env))).toEqual([
      'DATABASE_URL',
      'PGATE_ADMIN_URL',
      'PGATE_VERIFY',
      'PGATE_X',
    ])
  })
})

describe('requireConnection', () => {
  it('gives the connection', () => {
    const config = load(URL_ONLY)
    expect(requireConnection(config)).toBe(config.connection)
  })

  it('refuses where there is none, and names the ways to give one', () => {
    const { code, exitCode, message } = failureOf(() => requireConnection(load({})))
    expect({ code, exitCode }).toEqual({ code: 'CONFIG_INVALID', exitCode: 20 })
    for (const way of ['DATABASE_URL', 'DATABASE__URL', 'DB_HOST', 'PGHOST', '--database-url']) {
      expect(message).toContain(way)
    }
  })
})
