import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Paths of PEM files, made for one test file by OpenSSL. */
export interface Certificates {
  readonly folder: string
  /** The authority that signed all of these. */
  readonly ca: string
  /** Another authority, which signed none. */
  readonly otherCa: string
  /** For the name `localhost` only. */
  readonly server: KeyPair
  /** As `server`, but its last day is in 2020. */
  readonly expired: KeyPair
  /** A client's, for the role `cert_user`. */
  readonly client: KeyPair
  /** A list that revokes `server`, and one that revokes nothing. */
  readonly revoking: string
  readonly revokingNothing: string
}

export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** Makes an authority and what it signs in a temporary folder; `remove` takes it away. */
export async function makeCertificates(): Promise<
  Certificates & { readonly remove: () => Promise<void> }
> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-test-certificates-'))
  const file = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder })
  await Promise.all([
    writeFile(file('ca.conf'), AUTHORITY),
    writeFile(file('index.txt'), ''),
    writeFile(file('serial'), '01\n'),
    writeFile(file('crlnumber'), '01\n'),
  ])
  for (const name of ['ca', 'other-ca']) {
    await openssl(
      'req',
      '-x509',
      ...KEY,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-subj',
      `/CN=${name}`,
    )
  }
  const signed = async (name: string, subject: string, ...dates: string[]): Promise<KeyPair> => {
    const pair = { cert: file(`${name}.crt`), key: file(`${name}.key`) }
    const extension = subject === 'localhost' ? ['-addext', 'subjectAltName=DNS:localhost'] : []
    await openssl(
      'req',
      ...KEY,
      '-keyout',
      pair.key,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${subject}`,
      ...extension,
    )
    await openssl(
      'ca',
      '-config',
      'ca.conf',
      '-batch',
      '-notext',
      '-in',
      `${name}.csr`,
      '-out',
      pair.cert,
      ...dates,
    )
    await chmod(pair.key, 0o600)
    return pair
  }
  const crl = async (name: string) => {
    await openssl('ca', '-config', 'ca.conf', '-gencrl', '-out', `${name}.crl`)
    return file(`${name}.crl`)
  }
  const server = await signed('server', 'localhost')
  const expired = await signed(
    'expired',
    'localhost',
    '-startdate',
    '20200101000000Z',
    '-enddate',
    '20200201000000Z',
  )
  const client = await signed('client', 'cert_user')
  const revokingNothing = await crl('revoking-nothing')
  await openssl('ca', '-config', 'ca.conf', '-revoke', server.cert)
  return {
    folder,
    ca: file('ca.crt'),
    otherCa: file('other-ca.crt'),
    server,
    expired,
    client,
    revokingNothing,
    revoking: await crl('revoking'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** The text of a file that goes into a container. */
export function pem(path: string): Promise<string> {
  return readFile(path, 'utf8')
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** `openssl ca` rather than `x509`, for it alone takes any dates and revokes. */
const AUTHORITY = `[ca]
default_ca = default
[default]
database = index.txt
new_certs_dir = .
serial = serial
crlnumber = crlnumber
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_days = 2
default_crl_days = 2
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
`
