import type { ConnectionTarget, HostTarget } from './target.ts'

/**
 * A target as a URL that libpq, SQLAlchemy, Go's drivers and pg for Node.js read alike; the password is in it. What is a
 * default stays away: not every driver knows every word of libpq's.
 * @param scheme with the driver's suffix, where the reader of the URL wants one
 */
export function urlOfTarget(target: ConnectionTarget, scheme = 'postgresql'): string {
  const { hosts, user, password, database } = target
  const isSocket = hosts.some(({ host }) => host.startsWith('/'))
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`
  const authority = isSocket ? '' : hosts.map(hostOf).join(',')
  const query = [...(isSocket ? socketParameters(hosts) : []), ...parametersOf(target)]
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  const url = `${scheme}://${encodeURIComponent(user)}${secret}@${authority}/${encodeURIComponent(database)}`
  return query === '' ? url : `${url}?${query}`
}

function hostOf({ host, port }: HostTarget): string {
  return `${host.includes(':') ? `[${host}]` : encodeURIComponent(host)}:${port}`
}

type Parameter = readonly [name: string, value: string]

/** A directory is no host of a URL to most readers. */
function socketParameters(hosts: readonly HostTarget[]): readonly Parameter[] {
  return [
    ['host', hosts.map(({ host }) => host).join(',')],
    ['port', hosts.map(({ port }) => port).join(',')],
  ]
}

function parametersOf(target: ConnectionTarget): readonly Parameter[] {
  const { sslmode, sslRootCert, sslCert, sslKey, targetSessionAttrs, options } = target
  const parameters: readonly (readonly [string, string | undefined])[] = [
    ['sslmode', sslmode === 'prefer' ? undefined : sslmode],
    ['sslrootcert', sslRootCert],
    ['sslcert', sslCert],
    ['sslkey', sslKey],
    ['target_session_attrs', targetSessionAttrs === 'any' ? undefined : targetSessionAttrs],
    ['options', options],
  ]
  return parameters.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}
