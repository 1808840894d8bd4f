import type { HostTarget } from './target.ts'
import type { Reader } from './target-settings.ts'

/**
 * Where libpq's own default depends on how it was built (a socket directory or localhost), pgate
 * takes this: in a container there is no server's socket, and TCP is what is meant.
 */
const DEFAULT_HOST = 'localhost'
const DEFAULT_PORT = 5432

/**
 * Hosts and ports as libpq pairs them: both are lists; one port serves every host, otherwise there
 * are as many as hosts. An empty element means the default.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */
export function hostsFrom(read: Pick<Reader, 'text' | 'problem'>): readonly HostTarget[] {
  const hosts = (read.text('host') ?? '').split(',')
  const ports = (read.text('port') ?? '').split(',')
  if (ports.length > 1 && ports.length !== hosts.length) {
    const found = `${count(ports.length, 'port')} for ${count(hosts.length, 'host')}`
    read.problem('port', found, 'give one port for all, or one for each host')
    return []
  }
  return hosts.map((host, index) => ({
    host: hostFrom(host, read),
    port: portFrom(ports.length > 1 ? ports[index] : ports[0], read),
  }))
}

function hostFrom(host: string, read: Pick<Reader, 'problem'>): string {
  if (host.startsWith('@')) {
    read.problem('host', 'an abstract socket is not supported', 'name a directory or a host')
  } else if (/\s/.test(host)) {
    read.problem('host', 'holds white space', 'write names or addresses, separated by commas')
  }
  return host || DEFAULT_HOST
}

function portFrom(text: string | undefined, read: Pick<Reader, 'problem'>): number {
  if (text === undefined || text === '') return DEFAULT_PORT
  const port = Number(text)
  if (/^\s*\d+\s*$/.test(text) && port >= 1 && port <= 65_535) return port
  read.problem('port', `found ${JSON.stringify(text)}`, 'write a number from 1 to 65535')
  return DEFAULT_PORT
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
