import { AttemptError } from './connect-failure.ts'

/** One log-in by SCRAM-SHA-256, as the client. */
export interface Scram {
  readonly mechanism: string
  readonly first: string
  /** The answer to the server's challenge, which proves that the password is known. */
  answer(challenge: string, password: string): Promise<string>
  /** The server's own proof. @throws {AttemptError} AUTHENTICATION where it is none */
  verify(final: string): void
}

const PLUS = 'SCRAM-SHA-256-PLUS'
const PLAIN = 'SCRAM-SHA-256'

/**
 * Begins a log-in by SCRAM, bound to the TLS connection where the server offers that.
 * @param certificate of the server, as it came; absent: the log-in is not to be bound
 * @throws {AttemptError} AUTHENTICATION where the server offers no SCRAM; the other functions too,
 *   where what it sends is none
 * @see https://www.postgresql.org/docs/current/sasl-authentication.html
 * @see https://www.rfc-editor.org/rfc/rfc5802
 */
export async function startScram(
  mechanisms: readonly string[],
  certificate: Buffer | undefined,
): Promise<Scram> {
  // Loaded where a password is asked for: it takes longer than all else of a log-in.
  const { createHash, createHmac, pbkdf2, randomBytes } = await import('node:crypto')
  const bound = certificate !== undefined && mechanisms.includes(PLUS) ? certificate : undefined
  if (bound === undefined && !mechanisms.includes(PLAIN)) {
    throw refused(`the server offers only log-ins that pgate does not know (${mechanisms})`)
  }
  const header = bound ? 'p=tls-server-end-point,,' : certificate ? 'y,,' : 'n,,'
  const nonce = randomBytes(18).toString('base64')
  const bare = `n=*,r=${nonce}`
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  let signature: string | undefined
  return {
    mechanism: bound ? PLUS : PLAIN,
    first: header + bare,
    answer: async (challenge, password) => {
      const [, both = '', salt = '', iterations] = CHALLENGE.exec(challenge) ?? []
      if (!both.startsWith(nonce) || both === nonce) throw refused('the challenge is none of SCRAM')
      const salted = await new Promise<Buffer>((resolve, reject) => {
        const done = (error: Error | null, key: Buffer) => (error ? reject(error) : resolve(key))
        const bytes = Buffer.from(salt, 'base64')
        pbkdf2(prepared(password), bytes, Number(iterations), 32, 'sha256', done)
      })
      const binding = bound ? createHash(hashOf(bound)).update(bound).digest() : Buffer.alloc(0)
      const channel = Buffer.concat([Buffer.from(header), binding]).toString('base64')
      const final = `c=${channel},r=${both}`
      const exchange = `${bare},${challenge},${final}`
      const clientKey = hmac(salted, 'Client Key')
      const mask = hmac(createHash('sha256').update(clientKey).digest(), exchange)
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (mask[index] ?? 0)))
      signature = hmac(hmac(salted, 'Server Key'), exchange).toString('base64')
      return `${final},p=${proof.toString('base64')}`
    },
    verify: (final) => {
      const [, proof] = /(?:^|,)v=([^,]+)/.exec(final) ?? []
      if (signature !== undefined && proof === signature) return
      throw refused('the server does not prove that it knows the password')
    },
  }
}

const CHALLENGE = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z\d+/]+={0,2}),i=([1-9]\d*)(?:,|$)/

function refused(message: string): AttemptError {
  return new AttemptError('AUTHENTICATION', message)
}

/**
 * The password by the rules of SASLprep, less those that forbid. Where one of these applies, libpq and the
 * server take the password as it is: such a one logs in only if the other rules leave it alone.
 * @see https://www.rfc-editor.org/rfc/rfc4013
 */
function prepared(password: string): string {
  return password
    .replaceAll(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replaceAll(
      /\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200c\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/g,
      '',
    )
    .normalize('NFKC')
}

/** By the DER of their object identifiers: algorithms of signatures, and of hashes alone. */
const HASHES: Readonly<Record<string, string>> = {
  // RSA
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a864886f70d01010e': 'sha224',
  '2a864886f70d01010f': 'sha512-224',
  '2a864886f70d010110': 'sha512-256',
  // ECDSA
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  // Ed25519, as OpenSSL has it
  '2b6570': 'sha512',
  // Of RSASSA-PSS
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
  // MD5 and SHA-1, of RSA, ECDSA and RSASSA-PSS: SHA-256 stands for them.
  '2a864886f70d010104': 'sha256',
  '2a864886f70d010105': 'sha256',
  '2a8648ce3d0401': 'sha256',
  '2b0e03021a': 'sha256',
}

const RSASSA_PSS = '2a864886f70d01010a'

/**
 * The hash that a certificate is bound by: that of its own signature.
 * @throws {AttemptError} AUTHENTICATION where it has none
 * @see https://www.rfc-editor.org/rfc/rfc5929#section-4.1
 */
export function hashOf(certificate: Buffer): string {
  const hex = ({ start, end }: Element) => certificate.toString('hex', start, end)
  const inside = (element: Element) => elementAt(certificate, element.start)
  const signed = inside(elementAt(certificate, 0))
  const algorithm = inside(elementAt(certificate, signed.end))
  const isNamedApart = hex(algorithm) === RSASSA_PSS
  const named = isNamedApart
    ? inside(inside(inside(elementAt(certificate, algorithm.end))))
    : algorithm
  const hash = HASHES[hex(named)]
  if (hash !== undefined) return hash
  throw refused("the signature of the server's certificate names no hash to bind the log-in by")
}

interface Element {
  readonly start: number
  readonly end: number
}

/** Where what an element of DER holds begins and ends. */
function elementAt(der: Buffer, at: number): Element {
  const first = der[at + 1] ?? 0
  const more = first < 0x80 ? 0 : first & 0x7f
  const start = at + 2 + more
  return { start, end: start + (more === 0 ? first : der.readUIntBE(at + 2, more)) }
}
