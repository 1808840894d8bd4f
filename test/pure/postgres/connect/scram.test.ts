import { execFile } from 'node:child_process'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashOf, startScram } from '../../../../src/postgres/connect/scram.ts'

const run = promisify(execFile)

/** The DER of a certificate that is signed by itself. */
async function certificate(...args: readonly string[]): Promise<Buffer> {
  const made = ['req', '-x509', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=db', ...args]
  const { stdout } = await run('openssl', made)
  return new X509Certificate(stdout).raw
}

/** One for all certificates: to find its primes may take a second. */
let folder = ''
const rsa = () => ['-key', join(folder, 'rsa.pem')]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgate-scram-'))
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await writeFile(join(folder, 'rsa.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
})
afterAll(() => rm(folder, { recursive: true }))

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
const PSS = ['-sigopt', 'rsa_padding_mode:pss']

describe('hashOf', () => {
  it.each([
    ['RSA and SHA-1', ['RSA', '-sha1'], 'sha256'],
    ['RSA and SHA-256', ['RSA', '-sha256'], 'sha256'],
    ['RSA and SHA-384', ['RSA', '-sha384'], 'sha384'],
    ['RSA and SHA-512', ['RSA', '-sha512'], 'sha512'],
    ['RSA and SHA-224', ['RSA', '-sha224'], 'sha224'],
    ['RSA and SHA-512/256', ['RSA', '-sha512-256'], 'sha512-256'],
    ['RSASSA-PSS and SHA-256', ['RSA', '-sha256', ...PSS], 'sha256'],
    ['RSASSA-PSS and SHA-512', ['RSA', '-sha512', ...PSS], 'sha512'],
    ['ECDSA and SHA-256', [...EC, '-sha256'], 'sha256'],
    ['ECDSA and SHA-384', [...EC, '-sha384'], 'sha384'],
    ['ECDSA and SHA-512', [...EC, '-sha512'], 'sha512'],
    ['Ed25519', ['-newkey', 'ed25519'], 'sha512'],
  ])('is that of the signature, and SHA-256 for a weak one: %s', async (_, args, hash) => {
    const [key, ...more] = args
    const made = await certificate(...(key === 'RSA' ? [...rsa(), ...more] : args))
    expect(hashOf(made)).toBe(hash)
  })

  it('refuses a signature that has none, and what is no certificate', async () => {
    const ed448 = await certificate('-newkey', 'ed448')
    expect(() => hashOf(ed448)).toThrow('names no hash')
    expect(() => hashOf(Buffer.from('no certificate'))).toThrow()
  })
})

describe('startScram', () => {
  const offered = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256']

  it('says whether it is bound, could have been, or cannot be', async () => {
    const bytes = Buffer.from('a certificate')
    const firsts = await Promise.all([
      startScram(offered, bytes),
      startScram(['SCRAM-SHA-256'], bytes),
      startScram(offered, undefined),
    ])
    expect(firsts.map(({ mechanism, first }) => [mechanism, first.split('n=*')[0]])).toEqual([
      ['SCRAM-SHA-256-PLUS', 'p=tls-server-end-point,,'],
      ['SCRAM-SHA-256', 'y,,'],
      ['SCRAM-SHA-256', 'n,,'],
    ])
  })

  it('refuses a server that offers no SCRAM', async () => {
    await expect(startScram(['OAUTHBEARER'], undefined)).rejects.toMatchObject({
      reason: 'AUTHENTICATION',
    })
  })

  it.each([
    ['no challenge', () => 'x'],
    ['a nonce of its own', () => 'r=abc,s=c2FsdA==,i=4096'],
    ['no more than the nonce of the client', (nonce: string) => `r=${nonce},s=c2FsdA==,i=4096`],
    ['no salt', (nonce: string) => `r=${nonce}x,s=,i=4096`],
    ['no iterations', (nonce: string) => `r=${nonce}x,s=c2FsdA==,i=0`],
  ])('refuses a server that sends %s', async (_, challenge) => {
    const scram = await startScram(offered, undefined)
    const nonce = scram.first.replace('n,,n=*,r=', '')
    await expect(scram.answer(challenge(nonce), 'password')).rejects.toMatchObject({
      reason: 'AUTHENTICATION',
    })
  })

  it('refuses a server that proves nothing, before the challenge and after', async () => {
    const scram = await startScram(offered, undefined)
    expect(() => scram.verify('v=AAAA')).toThrow('does not prove')
    await scram.answer(`${scram.first.replace('n,,n=*,', '')}x,s=c2FsdA==,i=1`, 'password')
    for (const final of ['v=AAAA', 'e=other-error', '', 'v=']) {
      expect(() => scram.verify(final)).toThrow('does not prove')
    }
  })
})
