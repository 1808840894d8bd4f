import { isIP } from 'node:net'

/**
 * Whether a request that gives this Host is meant for the sidecar: an address, localhost, one of the
 * names (in lower case), or none at all, as probes of HTTP/1.0. A web page that points a name of its
 * own to 127.0.0.1 gives that name, and is not answered. Pure.
 *
 * @param host the header as it came: `10.0.0.7:8432`, `[::1]:8432`, `localhost`
 */
export function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined || host === '') return true
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? []
  const name = (bracketed ?? plain ?? host).toLowerCase().replace(/\.$/, '')
  if (bracketed !== undefined) return isIP(name) === 6
  return isIP(name) !== 0 || name === 'localhost' || names.includes(name)
}
