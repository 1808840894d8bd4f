import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
} from 'node:tls'
import { AttemptError } from './connect-error.ts'
import { ALPN_PROTOCOL } from './encryption.ts'
import type { ConnectionTarget } from './target.ts'
import { clientCertificate, type FileWarning, rootCertificate } from './tls-files.ts'

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
