import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { failureOf, type Given, load } from './load.ts'

const SECRET = 's3cr3t'

const REFUSED: readonly (readonly [string, Record<string, string>, Given])[] = [
  ['a URL of another kind', { DATABASE_URL: `mysql://app:${SECRET}@db/app` }, {}],
  ['a port that is none', { DATABASE_URL: `postgresql://app:${SECRET}@db:x/app` }, {}],
  ['a bare / in the password', { DATABASE_URL: `postgresql://app:a/${SECRET}@db/app` }, {}],
  ['a bare ? in the password', { DATABASE_URL: `postgresql://app:a?${SECRET}@db/app` }, {}],
  ['a bare % in the password', { DATABASE_URL: `postgresql://app:%${SECRET}@db/app` }, {}],
  ['a line break in the password', { DATABASE_URL: `postgresql://app:\n${SECRET}@db/app` }, {}],
  ['a colon for the @', { DATABASE_URL: `postgresql://app:${SECRET}:db:5432/app` }, {}],
  ['no scheme', { DATABASE__URL: `app:${SECRET}@db/app` }, {}],
  ['keywords', { DATABASE_URL: `host=db password=${SECRET}` }, {}],
  ['a bare & in the password', { DATABASE_URL: `postgresql://db/app?password=a&${SECRET}` }, {}],
  ['a mistyped parameter', { DATABASE_URL: `postgresql://db/app?pasword=${SECRET}` }, {}],
  [
    'a password given twice',
    { DATABASE_URL: `postgresql://db/?password=${SECRET}&password=x` },
    {},
  ],
  ['an admin URL', { PGATE_ADMIN_URL: `postgresql://root:${SECRET}@db:x/app` }, {}],
  ['a URL to notify of another kind', { PGATE_NOTIFY_URL: `ftp://hooks/${SECRET}` }, {}],
  ['a URL to notify with a password', { PGATE_NOTIFY_URL: `https://a:${SECRET}@hooks/` }, {}],
  ['a URL as an address to listen on', { PGATE_LISTEN: `postgresql://app:${SECRET}@db/app` }, {}],
  ['a URL as a host', { DB_HOST: `postgresql://app:${SECRET}@db x/app` }, {}],
  ["a URL as libpq's host", { PGHOST: `postgresql://app:${SECRET}@db x/app` }, {}],
  ['a URL as a setting', { PGATE_VERIFY: `postgresql://app:${SECRET}@db/app` }, {}],
  ['a URL as an extension', { PGATE_EXTENSIONS: `postgresql://app:${SECRET}@db/app` }, {}],
  ['a URL under an unknown name', { PGATE_URL: `postgresql://app:${SECRET}@db/app` }, {}],
  ['a password with a bad port', { DB_HOST: 'h', DB_PORT: 'x', DB_PASSWORD: SECRET }, {}],
  ['two values', { DATABASE_URL: `postgresql://a:${SECRET}@b/c`, DATABASE_URL_FILE: '/p' }, {}],
  ['a URL as a database', { DB_NAME: `postgresql://app:${SECRET}@db/app` }, {}],
  ["a URL as libpq's database", { PGDATABASE: `postgresql://app:${SECRET}@db/app` }, {}],
  ['a URL as a user', { DB_USER: `postgresql+asyncpg://app:${SECRET}@db/app` }, {}],
  ['a URL as a folder', { PGATE_MIGRATIONS: `postgresql://app:${SECRET}@db/app` }, {}],
  ['a URL as a role', {}, { options: { role: `postgresql://app:${SECRET}@db/app` } }],
  ['a URL as a list', { PGATE_FLEET: `postgresql://app:${SECRET}@db/app` }, {}],
  ['a password in a query', { PGATE_FLEET: `query:SELECT 'postgresql://a:${SECRET}@'||host` }, {}],
  ['a parameter in a query', { PGATE_FLEET: `query:SELECT 'postgres://a?password=${SECRET}'` }, {}],
  ['a URL as a file', { DATABASE_URL_FILE: `postgresql://app:${SECRET}@db/app` }, {}],
  ['a password as a file', { DB_HOST: 'h', DB_PASSWORD_FILE: SECRET }, {}],
  ['an option', {}, { options: { databaseUrl: `mysql://app:${SECRET}@db/app` } }],
  ['a file', { DATABASE_URL_FILE: '/p' }, { files: { '/p': `mysql://app:${SECRET}@db/app` } }],
]

describe('a secret is not shown where it stands in', () => {
  it.each(REFUSED)('%s', (_, env, given) => {
    const failure = failureOf(() => load(env, given))
    const shown = [failure.message, failure.stack, inspect(failure, { depth: 9 })]
    expect([...shown, JSON.stringify(failure.facts)].join('\n')).not.toContain(SECRET)
  })
})

describe('the password of a configuration that is good', () => {
  const config = load({
    DATABASE_URL: `postgresql://app:${SECRET}@db/app`,
    PGATE_ADMIN_URL: `postgresql://root:${SECRET}@db/app`,
    PGATE_NOTIFY_URL: `https://hooks/${SECRET}`,
  })

  it('is there', () => {
    expect(config.connection?.password).toBe(SECRET)
    expect(config.adminConnection?.password).toBe(SECRET)
    expect(config.notify?.url).toBe(`https://hooks/${SECRET}`)
  })

  it('is in no printed or serialised form of it', () => {
    expect(JSON.stringify(config)).not.toContain(SECRET)
    expect(inspect(config, { depth: 9 })).not.toContain(SECRET)
    expect(JSON.stringify({ ...config.connection })).not.toContain(SECRET)
  })
})
