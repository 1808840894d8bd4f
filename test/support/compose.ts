import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DockerResult, docker, dockerOutput } from './docker.ts'
import { ROOT, uniqueName } from './image.ts'

/** The project's compose file at work, under a project name of its own. */
export interface ComposeProject {
  /** A folder with copies of the compose file, the migrations and the API, free to be broken. */
  readonly folder: string
  /** Where the API answers once it is up. */
  readonly apiUrl: string
  /** The environment in which a shell runs `docker compose` for this project. */
  readonly env: Readonly<Record<string, string>>
  /** `docker compose` in `folder`. */
  compose(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<DockerResult>
  /** `docker compose ps --all`, by service. */
  services(): Promise<ReadonlyMap<string, ServiceState>>
  /** All that the gate printed, without the names that compose puts before the lines. */
  gateLogs(): Promise<string>
}

/** The part of `docker compose ps --format json` that tells how a container is. */
export interface ServiceState {
  readonly State: string
  readonly ExitCode: number
}

const COPIED = ['docker-compose.yml', 'migrations', 'examples/api']

/**
 * Lends a compose project whose services differ as `override` says, a compose file in JSON. All
 * that it made, volumes and the images that it built too, is removed whatever happens.
 */
export async function withComposeProject<T>(
  override: object,
  use: (project: ComposeProject) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-compose-'))
  try {
    for (const path of COPIED) await cp(join(ROOT, path), join(folder, path), { recursive: true })
    const file = join(folder, 'override.json')
    await writeFile(file, JSON.stringify(override))
    const project = composeProject(folder, {
      COMPOSE_PROJECT_NAME: uniqueName(),
      COMPOSE_FILE: `docker-compose.yml:${file}`,
      API_PORT: String(await freePort()),
    })
    try {
      return await use(project)
    } finally {
      const down = ['compose', 'down', '--volumes', '--rmi', 'local', '--timeout', '1']
      await dockerOutput(down, { cwd: folder, env: project.env })
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function composeProject(
  folder: string,
  env: Readonly<Record<string, string>> & { readonly API_PORT: string },
): ComposeProject {
  const compose: ComposeProject['compose'] = (args, more = {}) =>
    docker(['compose', ...args], { cwd: folder, env: { ...env, ...more } })
  return {
    folder,
    env,
    compose,
    apiUrl: `http://127.0.0.1:${env.API_PORT}`,
    services: async () => {
      const { stdout } = await compose(['ps', '--all', '--format', 'json'])
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      return new Map(lines.map((line) => [line.Service, line]))
    },
    gateLogs: async () => (await compose(['logs', '--no-log-prefix', 'pgate'])).stdout,
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
