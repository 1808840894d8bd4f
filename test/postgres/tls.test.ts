import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  ask,
  databaseOf,
  failuresOf,
  patiently,
  type Surroundings,
} from '../support/database/connect.ts'
import { type Certificates, makeCertificates } from '../support/servers/certificates.ts'
import { type OwnServer, startOwnServer } from '../support/servers/tls-server.ts'

const IMAGES = inject('environment').docker ? ['pgvector/pgvector:pg18', 'postgres:15'] : []

/** The server sends its authority's certificate along, and nobody here knows it. */
const UNKNOWN_AUTHORITY = 'SELF_SIGNED_CERT_IN_CHAIN'

interface Ssl {
  readonly ssl: boolean
}

describe.each(IMAGES)('on %s', (image) => {
  let certificates: Certificates & { remove: () => Promise<void> }
  let servers: { readonly tls: OwnServer; readonly expired: OwnServer; readonly plain: OwnServer }

  beforeAll(async () => {
    certificates = await makeCertificates()
    const { server, expired } = certificates
    const [tls, old, plain] = await Promise.all([
      startOwnServer(image, { tls: { pair: server, certificates } }),
      startOwnServer(image, { tls: { pair: expired, certificates } }),
      startOwnServer(image),
    ])
    servers = { tls, expired: old, plain }
  })

  afterAll(async () => {
    await Promise.all(Object.values(servers ?? {}).map((server) => server.stop()))
    await certificates?.remove()
  })

  interface Given {
    readonly server?: keyof typeof servers
    readonly host?: string
    readonly role?: string
    readonly parameters?: Readonly<Record<string, string>>
  }

  function url({ server = 'tls', host = 'localhost', role = 'postgres', parameters = {} }: Given) {
    const { port, password } = servers[server]
    const query = new URLSearchParams(parameters).toString().replaceAll('+', '%20')
    return `postgres://${role}:${encodeURIComponent(password)}@${host}:${port}/postgres?${query}`
  }

  const open = (given: Given, surroundings?: Surroundings) => databaseOf(url(given), surroundings)

  async function encrypted(
    given: Given,
    surroundings?: Surroundings,
  ): Promise<boolean | undefined> {
    const row = await ask<Ssl>(
      open(given, surroundings),
      'select ssl from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()',
    )
    return row?.ssl
  }

  const reasons = async (given: Given, surroundings?: Surroundings) =>
    (await failuresOf(open(given, surroundings))).map(({ ping, reason }) => [ping, reason])

  /** A home whose ~/.postgresql holds copies of these. */
  async function homeWith(files: Readonly<Record<string, string>>): Promise<string> {
    const home = await mkdtemp(join(certificates.folder, 'home-'))
    await mkdir(join(home, '.postgresql'))
    for (const [name, from] of Object.entries(files)) {
      const path = join(home, '.postgresql', name)
      await copyFile(from, path)
      await chmod(path, 0o600)
    }
    return home
  }

  describe('sslmode=disable', () => {
    it('connects in plain text', async () => {
      expect(await encrypted({ parameters: { sslmode: 'disable' } })).toBe(false)
    })

    it('is refused where the server wants TLS', async () => {
      const given = { role: 'tls_only', parameters: { sslmode: 'disable' } }
      expect(await reasons(given)).toEqual([['accepting', '28000']])
    })
  })

  describe('sslmode=allow', () => {
    const parameters = { sslmode: 'allow' }

    it('connects in plain text', async () => {
      expect(await encrypted({ parameters })).toBe(false)
    })

    it('goes over to TLS where the server refuses plain text', async () => {
      expect(await encrypted({ role: 'tls_only', parameters })).toBe(true)
    })

    it('keeps the first answer where the server has no TLS', async () => {
      expect(await reasons({ server: 'plain', role: 'tls_only', parameters })).toEqual([
        ['accepting', '28000'],
      ])
    })
  })

  describe('sslmode=prefer', () => {
    it('connects by TLS, and is the default', async () => {
      expect(await encrypted({})).toBe(true)
      expect(await encrypted({ parameters: { sslmode: 'prefer' } })).toBe(true)
    })

    it('connects in plain text where the server offers no TLS, and notes it', async () => {
      const database = open({ server: 'plain' })
      const session = await database.connect(patiently())
      expect(session.isEncrypted).toBe(false)
      await session.close()
      expect(database.warnings).toEqual([])
      expect(database.notes).toEqual([
        expect.stringMatching(/connected without TLS \(sslmode=prefer\): the server offers no TLS/),
      ])
    })

    it('warns of the reason where the server refuses TLS, or its certificate does not fit', async () => {
      const otherCa = { sslrootcert: certificates.otherCa }
      for (const [given, reason] of [
        [{ role: 'plain_only' }, /pg_hba.conf/],
        [{ parameters: otherCa }, /self.signed certificate in certificate chain/],
      ] as const) {
        const database = open(given)
        for (const _ of ['once', 'again']) {
          const session = await database.connect(patiently())
          expect(session.isEncrypted).toBe(false)
          await session.close()
        }
        expect(database.warnings).toEqual([expect.stringMatching(/without TLS \(sslmode=prefer\)/)])
        expect(database.warnings[0]).toMatch(reason)
      }
    })

    it('says nothing of TLS where the connection is encrypted, or plain text was asked for', async () => {
      for (const parameters of [{}, { sslmode: 'disable' }, { sslmode: 'allow' }]) {
        const database = open({ parameters })
        const session = await database.connect(patiently())
        expect(session.isEncrypted).toBe(!('sslmode' in parameters))
        await session.close()
        expect([...database.warnings, ...database.notes]).toEqual([])
      }
    })

    it('goes over to plain text where the server refuses TLS', async () => {
      expect(await encrypted({ role: 'plain_only' })).toBe(false)
    })

    it('reports the wrong password, not the refusal of plain text that follows', async () => {
      const [failure] = await failuresOf(
        databaseOf(url({ role: 'tls_only' }).replace(/:[^:@]*@/, ':wrong@')),
      )
      expect(failure).toMatchObject({ ping: 'accepting', reason: '28P01' })
    })

    it('goes over to plain text where the root certificate does not fit', async () => {
      const parameters = { sslrootcert: certificates.otherCa }
      expect(await encrypted({ parameters })).toBe(false)
    })

    it('goes without TLS, and warns, where a certificate cannot be used', async () => {
      const broken = join(certificates.folder, 'broken.pem')
      await writeFile(broken, 'no certificate')
      const database = open({ parameters: { sslrootcert: broken } })
      expect(await ask(database, 'select 1 as one')).toEqual({ one: 1 })
      expect(database.warnings).toEqual([expect.stringContaining('without TLS')])
    })
  })

  describe('sslmode=require', () => {
    const parameters = { sslmode: 'require' }

    it('checks nothing where there is no root certificate', async () => {
      expect(await encrypted({ server: 'expired', host: '127.0.0.1', parameters })).toBe(true)
    })

    it('warns of a root certificate that is named and not there, and checks nothing', async () => {
      const database = open({ parameters: { ...parameters, sslrootcert: '/nonexistent/ca' } })
      await ask(database, 'select 1')
      await ask(database, 'select 1')
      expect(database.warnings).toEqual([expect.stringContaining('/nonexistent/ca')])
    })

    it('checks the chain, not the name, where there is a root certificate', async () => {
      const { ca, otherCa } = certificates
      const host = '127.0.0.1'
      expect(await encrypted({ host, parameters: { ...parameters, sslrootcert: ca } })).toBe(true)
      expect(await reasons({ host, parameters: { ...parameters, sslrootcert: otherCa } })).toEqual([
        ['no response', UNKNOWN_AUTHORITY],
      ])
    })

    it('finds the root certificate in the home folder', async () => {
      const home = await homeWith({ 'root.crt': certificates.otherCa })
      expect(await reasons({ parameters }, { home })).toEqual([['no response', UNKNOWN_AUTHORITY]])
    })

    it('refuses a server without TLS', async () => {
      expect(await reasons({ server: 'plain', parameters })).toEqual([
        ['no response', 'TLS_NOT_OFFERED'],
      ])
    })

    it('does not go over to plain text where the server refuses TLS', async () => {
      expect(await reasons({ role: 'plain_only', parameters })).toEqual([['accepting', '28000']])
    })
  })

  describe('sslmode=verify-ca', () => {
    const parameters = () => ({ sslmode: 'verify-ca', sslrootcert: certificates.ca })

    it('checks the chain and not the name', async () => {
      expect(await encrypted({ host: '127.0.0.1', parameters: parameters() })).toBe(true)
    })

    it('refuses a certificate of another authority', async () => {
      const given = { parameters: { ...parameters(), sslrootcert: certificates.otherCa } }
      expect(await reasons(given)).toEqual([['no response', UNKNOWN_AUTHORITY]])
    })

    it('refuses an expired certificate', async () => {
      expect(await reasons({ server: 'expired', parameters: parameters() })).toEqual([
        ['no response', 'CERT_HAS_EXPIRED'],
      ])
    })

    it('refuses a revoked certificate', async () => {
      const { revoking, revokingNothing } = certificates
      const unrevoked = { ...parameters(), sslcrl: revokingNothing }
      expect(await encrypted({ parameters: unrevoked })).toBe(true)
      expect(await reasons({ parameters: { ...parameters(), sslcrl: revoking } })).toEqual([
        ['no response', 'CERT_REVOKED'],
      ])
    })

    it('makes no attempt without a root certificate, and says how to do without', async () => {
      const [failure] = await failuresOf(open({ parameters: { sslmode: 'verify-ca' } }))
      expect(failure).toMatchObject({ ping: 'no attempt', reason: 'TLS_SETTINGS' })
      expect(failure?.message).toContain('/nonexistent/.postgresql/root.crt')
      expect(failure?.message).toContain('sslrootcert=system')
    })
  })

  describe('sslmode=verify-full', () => {
    const parameters = () => ({ sslmode: 'verify-full', sslrootcert: certificates.ca })

    it('connects to the right name', async () => {
      expect(await encrypted({ parameters: parameters() })).toBe(true)
    })

    it('refuses another name', async () => {
      expect(await reasons({ host: '127.0.0.1', parameters: parameters() })).toEqual([
        ['no response', 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ])
    })

    it('refuses an expired certificate', async () => {
      expect(await reasons({ server: 'expired', parameters: parameters() })).toEqual([
        ['no response', 'CERT_HAS_EXPIRED'],
      ])
    })

    it('refuses a certificate that the system does not know, with sslrootcert=system', async () => {
      expect(await reasons({ parameters: { sslrootcert: 'system' } })).toEqual([
        ['no response', UNKNOWN_AUTHORITY],
      ])
    })

    it('takes what the system trusts, with sslrootcert=system', async () => {
      const connecting = fileURLToPath(
        new URL('../support/database/connect-once.ts', import.meta.url),
      )
      const env = { ...process.env, SSL_CERT_FILE: certificates.ca }
      const address = url({ parameters: { sslrootcert: 'system' } })
      const { stdout } = await promisify(execFile)(process.execPath, [connecting, address], { env })
      expect(stdout).toBe('connected\n')
    })

    it('makes no attempt without a root certificate', async () => {
      expect(await reasons({ parameters: { sslmode: 'verify-full' } })).toEqual([
        ['no attempt', 'TLS_SETTINGS'],
      ])
    })
  })

  describe('a client certificate', () => {
    const parameters = () => ({
      sslmode: 'require',
      sslcert: certificates.client.cert,
      sslkey: certificates.client.key,
    })

    it('logs in', async () => {
      expect(await encrypted({ role: 'cert_user', parameters: parameters() })).toBe(true)
    })

    it('is found in the home folder', async () => {
      const { cert, key } = certificates.client
      const home = await homeWith({ 'postgresql.crt': cert, 'postgresql.key': key })
      expect(await encrypted({ role: 'cert_user' }, { home })).toBe(true)
    })

    it('is not used where others may read its key', async () => {
      const { cert, key } = certificates.client
      const home = await homeWith({ 'postgresql.crt': cert, 'postgresql.key': key })
      await chmod(join(home, '.postgresql', 'postgresql.key'), 0o644)
      const given = { role: 'cert_user', parameters: { sslmode: 'require' } }
      const [failure] = await failuresOf(open(given, { home }))
      expect(failure).toMatchObject({ ping: 'no attempt', reason: 'TLS_SETTINGS' })
      expect(failure?.message).toContain('0600')
    })

    it('is not used without its key', async () => {
      const home = await homeWith({ 'postgresql.crt': certificates.client.cert })
      expect(await reasons({ parameters: { sslmode: 'require' } }, { home })).toEqual([
        ['no attempt', 'TLS_SETTINGS'],
      ])
    })

    it('is asked for by the server', async () => {
      const given = { role: 'cert_user', parameters: { sslmode: 'require' } }
      expect(await reasons(given)).toEqual([['accepting', '28000']])
    })
  })

  describe('channel_binding', () => {
    const required = { channel_binding: 'require' }

    it('binds the login to the TLS session', async () => {
      for (const channel_binding of ['require', 'prefer', 'disable']) {
        expect(await encrypted({ parameters: { channel_binding } })).toBe(true)
      }
    })

    it.each(['md5_user', 'cleartext_user', 'trusted'])(
      'require refuses to log in as %s',
      async (role) => {
        const given = { role, parameters: { ...required, sslmode: 'require' } }
        expect(await reasons(given)).toEqual([['accepting', 'CHANNEL_BINDING']])
        expect(await encrypted({ role, parameters: { sslmode: 'require' } })).toBe(true)
      },
    )

    it('require refuses plain text', async () => {
      const given = { parameters: { ...required, sslmode: 'disable' } }
      expect(await reasons(given)).toEqual([['accepting', 'CHANNEL_BINDING']])
    })
  })

  describe('require_auth', () => {
    it.each([
      ['scram-sha-256', 'postgres'],
      ['scram-sha-256,md5', 'md5_user'],
      ['md5', 'md5_user'],
      ['password', 'cleartext_user'],
      ['none', 'trusted'],
      ['!password,!md5', 'postgres'],
      ['!scram-sha-256', 'trusted'],
    ])('%s lets %s in', async (methods, role) => {
      for (const server of ['tls', 'plain'] as const) {
        expect(await encrypted({ server, role, parameters: { require_auth: methods } })).toBe(
          server === 'tls',
        )
      }
    })

    it.each([
      ['scram-sha-256', 'md5_user'],
      ['scram-sha-256', 'cleartext_user'],
      ['scram-sha-256', 'trusted'],
      ['!none', 'trusted'],
      ['!password', 'cleartext_user'],
    ])('%s refuses %s', async (methods, role) => {
      for (const server of ['tls', 'plain'] as const) {
        const given = { server, role, parameters: { require_auth: methods } }
        expect(await reasons(given)).toEqual([['accepting', 'REQUIRE_AUTH']])
      }
    })

    it('counts a client certificate as no login', async () => {
      const { cert, key } = certificates.client
      const certificate = { sslmode: 'require', sslcert: cert, sslkey: key }
      const given = (require_auth: string) => ({
        role: 'cert_user',
        parameters: { ...certificate, require_auth },
      })
      expect(await encrypted(given('none'))).toBe(true)
      expect(await reasons(given('scram-sha-256'))).toEqual([['accepting', 'REQUIRE_AUTH']])
    })
  })

  it('cancels over TLS', async () => {
    const database = open({ parameters: { sslmode: 'require' } })
    const session = await database.connect({
      timeoutMs: 10_000,
      signal: new AbortController().signal,
    })
    try {
      const sleeping = session.query('select pg_catalog.pg_sleep(30)')
      const timer = setInterval(() => void session.cancel(), 200)
      await expect(sleeping).rejects.toMatchObject({ code: '57014' })
      clearInterval(timer)
      expect(database.warnings).toEqual([])
    } finally {
      await session.close()
    }
  })

  it('starts TLS directly from version 17 on', async () => {
    const given = { parameters: { sslmode: 'require', sslnegotiation: 'direct' } }
    if (image.endsWith(':15')) {
      expect(await reasons(given)).toEqual([['no response', expect.any(String)]])
    } else {
      expect(await encrypted(given)).toBe(true)
    }
  })
})
