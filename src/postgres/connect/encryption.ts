import type { ConnectionTarget } from './target.ts'

/** How a connection is to be encrypted. `offered`: by TLS where the server offers it. */
export type Encryption = 'plain' | 'offered' | 'tls'

/**
 * The ways to try, in order, as libpq reads sslmode: `allow` is plain first, `prefer` is TLS first.
 * A Unix socket is never encrypted.
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export function encryptionsFor(
  { sslmode }: Pick<ConnectionTarget, 'sslmode'>,
  host: string,
): readonly Encryption[] {
  if (sslmode === 'disable' || host.startsWith('/')) return ['plain']
  if (sslmode === 'allow') return ['plain', 'tls']
  return sslmode === 'prefer' ? ['offered', 'plain'] : ['tls']
}

/** @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
export const ALPN_PROTOCOL = 'postgresql'
