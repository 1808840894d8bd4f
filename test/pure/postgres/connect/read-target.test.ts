import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  targetFromLibpq,
  targetFromParts,
  targetFromUrl,
} from '../../../../src/postgres/connect/read-target.ts'
import { retarget, targetLabel } from '../../../../src/postgres/connect/target.ts'
import { problemText } from '../../../../src/postgres/connect/target-parameters.ts'

const SECRET = 's3cret'

function environment(variables: Readonly<Record<string, string>> = {}) {
  return { get: (name: string) => variables[name], home: '/home/ann', userName: 'ann' }
}

function read(url: string, variables?: Readonly<Record<string, string>>) {
  const result = targetFromUrl(url, environment(variables))
  if ('problems' in result) throw new Error(result.problems.map(problemText).join('\n'))
  return result.target
}

function problems(url: string, variables?: Readonly<Record<string, string>>) {
  const result = targetFromUrl(url, environment(variables))
  return 'problems' in result ? result.problems.map(problemText) : []
}

describe('targetFromUrl', () => {
  it('takes every default where nothing is said', () => {
    expect(read('postgresql://')).toEqual({
      hosts: [{ host: 'localhost', port: 5432 }],
      user: 'ann',
      database: 'ann',
      sslmode: 'prefer',
      sslNegotiation: 'postgres',
      sslSni: true,
      channelBinding: 'prefer',
      passfile: '/home/ann/.pgpass',
      certificateFolder: '/home/ann/.postgresql',
      targetSessionAttrs: 'any',
      keepAlive: true,
    })
  })

  it.each([
    'postgres',
    'postgresql',
    'postgresql+asyncpg',
    'postgresql+psycopg2',
    'postgresql+psycopg',
    'postgresql+pg8000',
    'postgres+asyncpg',
    'PostgreSQL',
  ])('takes the scheme %s', (scheme) => {
    expect(read(`${scheme}://u@h/d`)).toMatchObject({
      hosts: [{ host: 'h', port: 5432 }],
      user: 'u',
      database: 'd',
    })
  })

  it.each([
    ['a host alone', 'postgres://db', [{ host: 'db', port: 5432 }]],
    ['a port', 'postgres://db:6000/x', [{ host: 'db', port: 6000 }]],
    ['a port alone', 'postgres://:6000/x', [{ host: 'localhost', port: 6000 }]],
    [
      'several hosts',
      'postgres://a:1,b,c:3/x',
      [
        { host: 'a', port: 1 },
        { host: 'b', port: 5432 },
        { host: 'c', port: 3 },
      ],
    ],
    ['an IPv6 address', 'postgres://u@[::1]/x', [{ host: '::1', port: 5432 }]],
    [
      'IPv6 addresses with ports',
      'postgres://u@[::1]:1,[fe80::1%25eth0]:2/x',
      [
        { host: '::1', port: 1 },
        { host: 'fe80::1%eth0', port: 2 },
      ],
    ],
    ['an encoded socket directory', 'postgres://%2Frun%2Fpg:1/x', [{ host: '/run/pg', port: 1 }]],
    ['a socket as parameter', 'postgres:///x?host=/run/pg', [{ host: '/run/pg', port: 5432 }]],
    [
      'hosts as parameters',
      'postgres:///x?host=a,b&port=1,2',
      [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    ],
    [
      'one port for several hosts',
      'postgres:///x?host=a,b&port=7',
      [
        { host: 'a', port: 7 },
        { host: 'b', port: 7 },
      ],
    ],
    [
      'an empty host in a list',
      'postgres://,b/x',
      [
        { host: 'localhost', port: 5432 },
        { host: 'b', port: 5432 },
      ],
    ],
  ])('reads %s', (_, url, hosts) => {
    expect(read(url).hosts).toEqual(hosts)
  })

  it.each([
    ['a percent-encoded password', 'postgres://u:p%40%2F%3A%25@h/d', 'p@/:%'],
    ['a colon in the password', 'postgres://u:a:b@h/d', 'a:b'],
    ['an @ in the password', 'postgres://u:a@b@h/d', 'a@b'],
    ['a # in the password', 'postgres://u:a#b@h/d', 'a#b'],
    ['a + as itself', 'postgres://u:a+b@h/d', 'a+b'],
    ['a password as parameter', 'postgres://u@h/d?password=a%20b', 'a b'],
    ['no password', 'postgres://u@h/d', undefined],
    ['an empty password as none', 'postgres://u:@h/d', undefined],
  ])('reads %s', (_, url, password) => {
    const { hosts, ...target } = read(url)
    expect(hosts).toEqual([{ host: 'h', port: 5432 }])
    expect(target.user).toBe('u')
    expect(read(url).password).toBe(password)
  })

  it('decodes user and database', () => {
    expect(read('postgres://us%20er@h/d%2Fb%20c')).toMatchObject({
      user: 'us er',
      database: 'd/b c',
    })
  })

  it('lets parameters override the parts, as libpq does', () => {
    const target = read('postgres://u@h:1/d?host=h2&port=2&user=u2&dbname=d2')
    expect(target).toMatchObject({ hosts: [{ host: 'h2', port: 2 }], user: 'u2', database: 'd2' })
  })

  it('names the database after the user', () => {
    expect(read('postgres://bob@h').database).toBe('bob')
  })

  it('reads every parameter that is supported', () => {
    const url =
      'postgres://u@h/d?sslmode=verify-full&sslrootcert=/ca&sslcert=/c&sslkey=/k&sslcrl=/r&sslsni=0' +
      '&sslnegotiation=direct&channel_binding=require&connect_timeout=10&application_name=api' +
      '&options=-c%20search_path%3Dapp&target_session_attrs=read-write&passfile=/p&keepalives=0'
    expect(read(url)).toMatchObject({
      sslmode: 'verify-full',
      sslRootCert: '/ca',
      sslCert: '/c',
      sslKey: '/k',
      sslCrl: '/r',
      sslSni: false,
      sslNegotiation: 'direct',
      channelBinding: 'require',
      connectTimeoutMs: 10_000,
      applicationName: 'api',
      options: '-c search_path=app',
      targetSessionAttrs: 'read-write',
      passfile: '/p',
      keepAlive: false,
    })
  })

  it.each([
    ['ssl=require', 'require'],
    ['ssl=verify-full', 'verify-full'],
    ['ssl=true', 'require'],
    ['sslrootcert=system', 'verify-full'],
  ])('reads %s as sslmode', (parameter, sslmode) => {
    expect(read(`postgres://u@h/d?${parameter}`).sslmode).toBe(sslmode)
  })

  it.each([
    ['0', undefined],
    ['-1', undefined],
    ['1', 2000],
    ['2', 2000],
    ['30', 30_000],
  ])('reads connect_timeout=%s', (seconds, ms) => {
    expect(read(`postgres://h/d?connect_timeout=${seconds}`).connectTimeoutMs).toBe(ms)
  })

  it.each([
    'gssencmode=disable',
    'gssencmode=prefer',
    'load_balance_hosts=disable',
    'keepalives=1',
  ])('takes %s, which asks for nothing', (parameter) => {
    expect(problems(`postgres://h/d?${parameter}`)).toEqual([])
  })

  it('uses fallback_application_name only where there is no other', () => {
    const url = 'postgres://h/d?fallback_application_name=f'
    expect(read(url).applicationName).toBe('f')
    expect(read(url, { PGAPPNAME: 'p' }).applicationName).toBe('p')
  })
})

describe('precedence', () => {
  const libpq = {
    PGHOST: 'ph',
    PGPORT: '6543',
    PGUSER: 'pu',
    PGDATABASE: 'pd',
    PGPASSWORD: SECRET,
    PGSSLMODE: 'require',
  }

  it('puts the URL over the variables', () => {
    const target = read('postgres://u:p@h:1/d?sslmode=disable', libpq)
    expect(target).toMatchObject({
      hosts: [{ host: 'h', port: 1 }],
      user: 'u',
      database: 'd',
      sslmode: 'disable',
    })
    expect(target.password).toBe('p')
  })

  it('puts the variables over the defaults', () => {
    const target = read('postgres://', libpq)
    expect(target).toMatchObject({
      hosts: [{ host: 'ph', port: 6543 }],
      user: 'pu',
      database: 'pd',
      sslmode: 'require',
    })
    expect(target.password).toBe(SECRET)
  })

  it('takes an empty parameter and an empty variable as not given', () => {
    expect(read('postgres://h/d?sslmode=', { PGSSLMODE: 'require' }).sslmode).toBe('require')
    expect(read('postgres://h/d', { PGSSLMODE: '' }).sslmode).toBe('prefer')
  })

  it('leaves the port of one host to PGPORT, and of several to the default, as libpq does', () => {
    expect(read('postgres://h/d', libpq).hosts).toEqual([{ host: 'h', port: 6543 }])
    expect(read('postgres://h,i/d', libpq).hosts.map(({ port }) => port)).toEqual([5432, 5432])
  })
})

describe('problems', () => {
  it.each([
    ['another scheme', 'mysql://h/d', 'found the scheme mysql'],
    ['keywords', 'host=h dbname=d', 'not a URL'],
    ['a line end', 'postgres://h/d\n', 'white space or a control character'],
    ['a port that is no number', 'postgres://h:x/d', 'port of host 1'],
    ['a port out of range', 'postgres://h:70000/d', 'port of host 1'],
    ['a bare IPv6 address', 'postgres://::1/d', '[::1]'],
    ['half a bracket', 'postgres://[::1/d', '[::1]'],
    ['an abstract socket', 'postgres://h/d?host=@x', 'host: an abstract socket'],
    ['too many ports', 'postgres://h/d?port=1,2', 'port: 2 ports for 1 host'],
    ['a parameter out of range', 'postgres:///d?port=0', 'port: found "0"'],
    ['broken percent-encoding', 'postgres://u:100%@h/d', 'password: a %'],
    ['bytes that are not UTF-8', 'postgres://u@h/%ff', 'dbname: a %'],
    ['an encoded NUL', 'postgres://u@h/a%00', 'dbname: a %'],
    ['a broken parameter', 'postgres://h/d?user=%zz', 'parameter 1: a %'],
    ['a parameter without a value', 'postgres://h/d?sslmode', 'parameter 1: not written'],
    ['a parameter given twice', 'postgres://h/d?host=a&host=b', 'host: given twice'],
    ['ssl next to sslmode', 'postgres://h/d?ssl=true&sslmode=disable', 'sslmode: given twice'],
    ['an unknown sslmode', 'postgres://h/d?sslmode=on', 'sslmode: found "on"'],
    ['an unknown word for ssl', 'postgres://h/d?ssl=yes', 'ssl: found "yes"'],
    ['a weak sslmode with system', 'postgres://h/d?sslrootcert=system&sslmode=require', 'too weak'],
    ['a weak sslmode with direct', 'postgres://h/d?sslnegotiation=direct', 'too weak'],
    [
      'a timeout that is no number',
      'postgres://h/d?connect_timeout=5s',
      'connect_timeout: found "5s"',
    ],
    ['a misspelt parameter', 'postgres://h/d?sslmod=x', 'did you mean sslmode?'],
    [
      'another driver’s parameter',
      'postgres://h/d?statement_cache_size=0',
      'statement_cache_size: no',
    ],
    ['gssencmode=require', 'postgres://h/d?gssencmode=require', 'gssencmode: found "require"'],
    ['load balancing', 'postgres://h/d?load_balance_hosts=random', 'load_balance_hosts: found'],
    ['a service', 'postgres://h/d?service=x', 'service: not supported'],
    ['an encrypted key', 'postgres://h/d?sslpassword=x', 'sslpassword: not supported'],
    ['keepalive timing', 'postgres://h/d?keepalives_idle=1', 'keepalives_idle: not supported'],
    ['another client encoding', 'postgres://h/d?client_encoding=latin1', 'client_encoding: found'],
  ])('refuses %s', (_, url, message) => {
    expect(problems(url)).toEqual([expect.stringContaining(message)])
  })

  it('lists all of them', () => {
    const found = problems('postgres://h:x/d?sslmod=1&service=y&gssencmode=require', {
      PGSERVICE: 'z',
    })
    expect(found).toHaveLength(5)
  })

  it('names the variable that holds the wrong value', () => {
    expect(problems('postgres://h/d', { PGSSLMODE: 'on', PGSERVICE: 'x' })).toEqual([
      expect.stringContaining('PGSSLMODE: found "on"'),
      expect.stringContaining('PGSERVICE: not supported'),
    ])
  })

  it('does not mind a variable that the URL overrides', () => {
    expect(problems('postgres://h/d?sslmode=disable', { PGSSLMODE: 'on' })).toEqual([])
  })

  it.each([
    'postgres://user:s3cret',
    'postgres://user:12s3cret/x',
    'postgres://user:s3cret/x@host/db',
    'postgres://user:123/s3cret@host/db',
    'postgres://user:s3cret?x@host/db',
    'postgres://user:123?s3cret@host/db',
    'postgres://us@er:pa?s3cret@host/db',
    'postgres://user:p@ss/s3cret@host/db',
    'postgres://user:p@s3cret/x@host/db',
    'postgres://user:p@ss?s3cret=@host/db',
    'postgres://user@host/db?password=a&s3cret=1',
    'postgres://user:s3cret%@host/db',
    'postgres://user@host/db?password=s3cret&nope=1',
    'postgres://user@host/db?pasword=s3cret',
    'postgres://user@host/db?sslpassword=s3cret',
    'postgres://user@host/db?oauth_client_secret=s3cret',
    'user:s3cret@host/db',
  ])('never hold the password of %s', (url) => {
    const found = problems(url).join('\n')
    expect(found).not.toBe('')
    expect(found).not.toContain(SECRET)
  })
})

describe('the password of a target', () => {
  const target = read(`postgres://u:${SECRET}@h/d`)

  it('is not seen by JSON, by an inspector or by a spread', () => {
    expect(target.password).toBe(SECRET)
    expect(JSON.stringify(target)).not.toContain(SECRET)
    expect(inspect(target, { depth: null })).not.toContain(SECRET)
    expect({ ...target }).not.toHaveProperty('password')
  })

  it('goes along when a target is changed, hidden as before', () => {
    const other = retarget(target, { database: 'e' })
    expect(other).toMatchObject({ database: 'e', user: 'u' })
    expect(other.password).toBe(SECRET)
    expect(JSON.stringify(other)).not.toContain(SECRET)
  })

  it('is not in the label', () => {
    expect(targetLabel(read(`postgres://u:${SECRET}@h,[::1]:1/d`))).toBe('h:5432,[::1]:1/d')
    expect(targetLabel(read('postgres:///d?host=/run/pg/'))).toBe('/run/pg/.s.PGSQL.5432/d')
  })
})

describe('targetFromParts', () => {
  it('takes parts over variables', () => {
    const result = targetFromParts(
      { host: 'h', port: '1', database: 'd', user: '', password: SECRET },
      environment({ PGUSER: 'pu', PGHOST: 'ph' }),
    )
    expect(result).toMatchObject({
      target: { hosts: [{ host: 'h', port: 1 }], database: 'd', user: 'pu' },
    })
    expect('target' in result && result.target.password).toBe(SECRET)
  })

  it('takes a password as it is written', () => {
    const result = targetFromParts({ password: 'a%40+b' }, environment())
    expect('target' in result && result.target.password).toBe('a%40+b')
  })

  it('refuses a port that is no number', () => {
    const result = targetFromParts({ port: 'x' }, environment())
    expect(result).toEqual({
      problems: [
        { parameter: 'port', found: 'found "x"', remedy: 'write a number from 1 to 65535' },
      ],
    })
  })
})

describe('targetFromLibpq', () => {
  it('reads the variables', () => {
    const result = targetFromLibpq(
      environment({
        PGHOST: 'a,/run/pg',
        PGPORT: '1,2',
        PGDATABASE: 'd',
        PGUSER: 'u',
        PGPASSFILE: '/pass',
        PGSSLMODE: 'verify-ca',
        PGSSLROOTCERT: '/ca',
        PGTARGETSESSIONATTRS: 'primary',
        PGCONNECT_TIMEOUT: '3',
        PGOPTIONS: '-c x=y',
        PGAPPNAME: 'app',
      }),
    )
    expect(result).toMatchObject({
      target: {
        hosts: [
          { host: 'a', port: 1 },
          { host: '/run/pg', port: 2 },
        ],
        database: 'd',
        user: 'u',
        passfile: '/pass',
        sslmode: 'verify-ca',
        sslRootCert: '/ca',
        targetSessionAttrs: 'primary',
        connectTimeoutMs: 3000,
        options: '-c x=y',
        applicationName: 'app',
      },
    })
  })

  it.each(['PGSERVICE', 'PGHOSTADDR', 'PGREQUIREPEER', 'PGTZ'])('refuses %s', (variable) => {
    expect(targetFromLibpq(environment({ [variable]: 'x' }))).toEqual({
      problems: [
        { parameter: variable, found: 'not supported', remedy: expect.stringMatching(/^p\w+ \w/) },
      ],
    })
  })

  it('refuses a PGREQUIREAUTH that libpq would refuse', () => {
    expect(targetFromLibpq(environment({ PGREQUIREAUTH: 'md5,!none' }))).toEqual({
      problems: [
        {
          parameter: 'PGREQUIREAUTH',
          found: '"md5,!none" mixes methods with and without !',
          remedy: 'name those that will do, or those that will not',
        },
      ],
    })
  })
})
