import type { TestServer } from '../servers/servers.ts'
import { dockerOutput } from './docker.ts'
import { uniqueName } from './image.ts'

/** A network on which one PostgreSQL server is, and nothing else can be reached. */
export interface ServerNetwork {
  readonly name: string
  /** A URL of this machine as a container on the network writes it. */
  urlInside(url: string): string
}

/**
 * Lends a network without a way out (`--internal`: no route to the Internet or to this machine)
 * that the server, which has to be a container, is on as `postgres`.
 */
export async function withServerNetwork<T>(
  { container = '' }: TestServer,
  use: (network: ServerNetwork) => Promise<T>,
): Promise<T> {
  const name = uniqueName()
  await dockerOutput(['network', 'create', '--internal', name])
  try {
    await dockerOutput(['network', 'connect', '--alias', 'postgres', name, container])
    try {
      return await use({ name, urlInside })
    } finally {
      await dockerOutput(['network', 'disconnect', name, container])
    }
  } finally {
    await dockerOutput(['network', 'rm', name])
  }
}

function urlInside(url: string): string {
  const inside = new URL(url)
  inside.host = 'postgres:5432'
  return inside.href
}
