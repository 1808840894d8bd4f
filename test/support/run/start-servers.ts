import type { TestProject } from 'vitest/node'
import { describeServer } from '../servers/describe-server.ts'
import { type StartedServers, startDockerServers } from '../servers/docker-servers.ts'
import { startEmbeddedServer } from '../servers/embedded-server.ts'
import { mustBeComplete, type TestEnvironment } from './environment.ts'

/**
 * Starts the servers of the run, once for all projects that ask for them, and provides them.
 * @throws where CI is set and something would be left out
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { environment } = project.getProvidedContext()
  if (mustBeComplete() && environment.leftOut.length > 0) {
    throw new Error(`CI leaves nothing out, and here would be: ${environment.leftOut.join(', ')}`)
  }
  const shared = sharedServers()
  shared.users += 1
  shared.started ??= start(environment)
  const { servers, stop } = await shared.started
  project.provide('servers', servers)
  return async () => {
    shared.users -= 1
    if (shared.users === 0) await stop()
  }
}

function start(environment: TestEnvironment): Promise<StartedServers> {
  if (environment.kind === 'docker') return startDockerServers()
  return environment.kind === 'embedded' ? startEmbeddedServer() : givenServer()
}

async function givenServer(): Promise<StartedServers> {
  const url = process.env.TEST_DATABASE_URL ?? ''
  const server = await describeServer({ name: 'given', url })
  return { servers: [{ ...server, name: `given-pg${server.major}` }], stop: async () => {} }
}

interface SharedServers {
  users: number
  started?: Promise<StartedServers>
}

declare global {
  var pgateTestServers: SharedServers | undefined
}

/** Every project loads this file as a module of its own: only the process is common to them. */
function sharedServers(): SharedServers {
  globalThis.pgateTestServers ??= { users: 0 }
  return globalThis.pgateTestServers
}
