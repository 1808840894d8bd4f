import { X509Certificate } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { isIP } from 'node:net'
import { platform } from 'node:os'
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
} from 'node:tls'
import { readPlainFile } from '../../base/files.ts'
import { codeOf } from '../session/connection-lost.ts'
import { AttemptError } from './connect-failure.ts'
import { ALPN_PROTOCOL } from './handshake.ts'
import type { ConnectionTarget } from './target.ts'

/**
 * Node's options for a TLS session with `host`, with libpq's meaning of the mode: `verify-ca` and
 * `verify-full` want a root certificate; every other mode checks the chain too where there is one,
 * and nothing where there is none. Only `verify-full` checks the name. Files are read again at each
 * call, so that renewed ones count.
 * @throws {AttemptError} TLS_SETTINGS
 */
export async function tlsOptions(
  target: ConnectionTarget,
  host: string,
  warn: FileWarning,
): Promise<ConnectionOptions> {
  const { sslmode } = target
  const roots =
    target.sslRootCert === 'system' ? systemRoots() : await rootCertificate(target, warn)
  if (roots === undefined && sslmode.startsWith('verify-')) throw missingRoot(target)
  const client = await clientCertificate(target, warn)
  return {
    host,
    secureContext: secureContext({ ...roots, ...client }),
    rejectUnauthorized: roots !== undefined,
    checkServerIdentity: (_, certificate) =>
      sslmode === 'verify-full' ? nameProblem(host, certificate) : undefined,
    // A server name is a name: RFC 6066 forbids addresses there.
    ...(target.sslSni !== false && isIP(host) === 0 ? { servername: host } : {}),
    ...(target.sslNegotiation === 'direct' ? { ALPNProtocols: [ALPN_PROTOCOL] } : {}),
  }
}

/** OpenSSL's own store, as libpq takes it (SSL_CERT_FILE counts), else the one inside Node.js. */
function systemRoots() {
  const system = getCACertificates('system')
  const roots = system.length > 0 ? system : getCACertificates('bundled')
  return { ca: [...roots, ...getCACertificates('extra')] }
}

/**
 * Why the certificate is not the host's; undefined where it is. As libpq has it, the common name counts only where the certificate has no alternative names, and
 * then for an address too, which Node leaves out.
 */
export function nameProblem(host: string, certificate: PeerCertificate): Error | undefined {
  const byCommonName = isIP(host) !== 0 && !certificate.subjectaltname
  if (byCommonName && certificate.subject.CN === host) return undefined
  return checkServerIdentity(host, certificate)
}

function secureContext(files: Parameters<typeof createSecureContext>[0]) {
  try {
    for (const root of [files?.ca ?? []].flat()) new X509Certificate(root)
    return createSecureContext(files)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new AttemptError('TLS_SETTINGS', `a certificate or key cannot be used: ${said}`, error)
  }
}

function missingRoot({ sslmode, sslRootCert, certificateFolder }: ConnectionTarget): AttemptError {
  const named = sslRootCert ?? `${certificateFolder ?? '~/.postgresql'}/root.crt`
  return new AttemptError(
    'TLS_SETTINGS',
    `sslmode=${sslmode} needs the root certificate ${named}, which does not exist: provide it, or write sslrootcert=system to trust the system's certificate authorities`,
  )
}

/** Reports that a file that was named is not there, so that libpq's silence does not hide a slip. */
type FileWarning = (message: string) => void

/**
 * The root certificates (and revoked ones), or undefined where there is no such file: libpq's
 * default is root.crt, and root.crl next to it.
 * @throws {AttemptError} TLS_SETTINGS where a file is there and cannot be read
 */
export async function rootCertificate(
  target: ConnectionTarget,
  warn: FileWarning,
): Promise<{ readonly ca: string; readonly crl?: string } | undefined> {
  const ca = await readFirst(target.sslRootCert, inFolder(target, 'root.crt'))
  if (ca === undefined) {
    if (target.sslRootCert !== undefined && !target.sslmode.startsWith('verify-')) {
      warn(
        `sslrootcert ${target.sslRootCert} does not exist: the server's certificate is not checked`,
      )
    }
    return undefined
  }
  const crl = await readFirst(target.sslCrl, inFolder(target, 'root.crl'))
  if (crl === undefined && target.sslCrl !== undefined) {
    throw new AttemptError('TLS_SETTINGS', `sslcrl ${target.sslCrl} does not exist`)
  }
  return crl === undefined ? { ca } : { ca, crl }
}

/**
 * The client certificate and its key, or nothing where there is no certificate: libpq's defaults
 * are postgresql.crt and postgresql.key.
 * @throws {AttemptError} TLS_SETTINGS where the key is missing or others may read it
 */
async function clientCertificate(
  target: ConnectionTarget,
  warn: FileWarning,
): Promise<{ readonly cert: string; readonly key: string } | undefined> {
  const cert = await readFirst(target.sslCert, inFolder(target, 'postgresql.crt'))
  if (cert === undefined) {
    if (target.sslCert !== undefined) {
      warn(`sslcert ${target.sslCert} does not exist: no client certificate is sent`)
    }
    return undefined
  }
  const path = target.sslKey ?? inFolder(target, 'postgresql.key')
  if (path === undefined) throw missingKey('sslkey')
  await mustBePrivate(path)
  const key = await readText(path)
  if (key === undefined) throw missingKey(path)
  return { cert, key }
}

function missingKey(path: string): AttemptError {
  return new AttemptError('TLS_SETTINGS', `there is a client certificate and no key ${path}`)
}

/** libpq's rule: 0600 or less, or 0640 or less where root owns it. */
async function mustBePrivate(path: string): Promise<void> {
  const found = await statOf(path)
  if (found === undefined || platform() === 'win32') return
  const forbidden = found.uid === 0 ? 0o037 : 0o077
  if ((found.mode & forbidden) === 0) return
  throw new AttemptError(
    'TLS_SETTINGS',
    `client key ${path} may be used by others: make it 0600, or 0640 where root owns it`,
  )
}

async function statOf(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw unreadable(path, error)
  }
}

function inFolder({ certificateFolder }: ConnectionTarget, name: string): string | undefined {
  return certificateFolder === undefined ? undefined : `${certificateFolder}/${name}`
}

/** The named file, or where none is named the default one. */
async function readFirst(
  named: string | undefined,
  fallback: string | undefined,
): Promise<string | undefined> {
  const path = named ?? fallback
  return path === undefined ? undefined : readText(path)
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const bytes = await readPlainFile(path)
    return bytes.toString('utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw unreadable(path, error)
  }
}

function isAbsent(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function unreadable(path: string, error: unknown): AttemptError {
  const message = `${path} cannot be read (${codeOf(error) ?? String(error)})`
  return new AttemptError('TLS_SETTINGS', message, error)
}
