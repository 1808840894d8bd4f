import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { ask, databaseOf, failuresOf, patiently } from '../support/database/connect.ts'
import { saysNothing, withListener } from '../support/network/network.ts'
import { type OwnServer, startOwnServer } from '../support/servers/tls-server.ts'

const IMAGES = inject('environment').docker ? ['pgvector/pgvector:pg17', 'postgres:15'] : []

describe.each(IMAGES)('on %s', (image) => {
  let own: { readonly primary: OwnServer; readonly hot: OwnServer; readonly cold: OwnServer }

  beforeAll(async () => {
    const [primary, hot, cold] = await Promise.all([
      startOwnServer(image),
      startOwnServer(image, { standby: 'hot' }),
      startOwnServer(image, { standby: 'cold' }),
    ])
    own = { primary, hot, cold }
  })

  afterAll(async () => {
    await Promise.all(Object.values(own ?? {}).map((server) => server.stop()))
  })

  type Host = keyof typeof own | 'dead' | number

  /** Nothing listens on port 1. */
  const portOf = (host: Host) =>
    typeof host === 'number' ? host : host === 'dead' ? 1 : own[host].port

  function database(hosts: readonly Host[], attrs = 'any', password = own.primary.password) {
    const list = hosts.map((host) => `127.0.0.1:${portOf(host)}`).join(',')
    const secret = encodeURIComponent(password)
    return databaseOf(
      `postgres://postgres:${secret}@${list}/postgres?target_session_attrs=${attrs}`,
    )
  }

  const isStandby = async (hosts: readonly Host[], attrs?: string) =>
    (
      await ask<{ standby: boolean }>(
        database(hosts, attrs),
        'select pg_catalog.pg_is_in_recovery() as standby',
      )
    )?.standby

  const reasons = async (hosts: readonly Host[], attrs?: string) =>
    (await failuresOf(database(hosts, attrs))).map(({ ping, reason }) => [ping, reason])

  it('takes the first host that gives a session', async () => {
    expect(await isStandby(['primary', 'hot'])).toBe(false)
    expect(await isStandby(['hot', 'primary'])).toBe(true)
    expect(await isStandby(['dead', 'hot', 'primary'])).toBe(true)
  })

  it('continues from a host that cannot take connections now', async () => {
    expect(await isStandby(['cold', 'primary'])).toBe(false)
    expect(await reasons(['cold'])).toEqual([['rejecting', '57P03']])
  })

  it('continues from a black hole when its time is over', async () => {
    await withListener(saysNothing, async (hole) => {
      const session = await database([hole.port, 'primary']).connect({
        ...patiently(),
        timeoutMs: 1000,
      })
      await session.close()
      await hole.left()
    })
  })

  it('reports every host that it tried, in order', async () => {
    const failures = await failuresOf(database(['dead', 'cold']))
    expect(failures).toMatchObject([
      { host: '127.0.0.1:1', ping: 'no response', reason: 'ECONNREFUSED' },
      { host: `127.0.0.1:${own.cold.port}`, ping: 'rejecting', reason: '57P03' },
    ])
  })

  it('ends the search at a refused password', async () => {
    const failures = await failuresOf(database(['dead', 'hot', 'primary'], 'any', 'wrong'))
    expect(failures.map(({ reason }) => reason)).toEqual(['ECONNREFUSED', '28P01'])
  })

  it.each([
    ['read-write', false],
    ['primary', false],
    ['read-only', true],
    ['standby', true],
    ['prefer-standby', true],
  ])('finds what target_session_attrs=%s asks for, wherever it stands', async (attrs, standby) => {
    expect(await isStandby(['primary', 'hot'], attrs)).toBe(standby)
    expect(await isStandby(['hot', 'primary'], attrs)).toBe(standby)
  })

  it.each([
    ['read-write', 'hot'],
    ['primary', 'hot'],
    ['read-only', 'primary'],
    ['standby', 'primary'],
  ] as const)('finds nothing for target_session_attrs=%s at the %s server', async (attrs, host) => {
    expect(await reasons(['dead', host], attrs)).toEqual([
      ['no response', 'ECONNREFUSED'],
      ['accepting', 'TARGET_SESSION_ATTRS'],
    ])
  })

  it('takes a primary for prefer-standby where there is no standby', async () => {
    expect(await isStandby(['dead', 'cold', 'primary'], 'prefer-standby')).toBe(false)
  })

  it('reports each host once for prefer-standby where there is none at all', async () => {
    expect(await reasons(['dead', 'cold'], 'prefer-standby')).toEqual([
      ['no response', 'ECONNREFUSED'],
      ['rejecting', '57P03'],
    ])
  })

  it('counts a primary that is set to read only as read-only', async () => {
    await own.primary.sql('alter role trusted set default_transaction_read_only = on')
    const url = `postgres://trusted@127.0.0.1:${own.primary.port}/postgres?target_session_attrs=`
    expect(await ask(databaseOf(`${url}read-only`), 'select 1 as one')).toEqual({ one: 1 })
    expect(await ask(databaseOf(`${url}primary`), 'select 1 as one')).toEqual({ one: 1 })
    expect(await failuresOf(databaseOf(`${url}read-write`))).toMatchObject([
      { reason: 'TARGET_SESSION_ATTRS' },
    ])
  })
})
