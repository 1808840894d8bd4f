import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DockerResult, docker, dockerOutput } from './docker.ts'
import { ROOT, uniqueName } from './image.ts'

/** A compose file at work, under a project name of its own. */
export interface ComposeProject {
  /** A folder with copies of the compose file and what it needs, free to be broken. */
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

/** The part of `docker compose ps --format json` that says how a container is. */
export interface ServiceState {
  readonly State: string
  readonly ExitCode: number
}

/** What a project is made of. */
export interface ComposeSource {
  /** What is copied: by its path in the repository, where it goes below the folder. */
  readonly copied: Readonly<Record<string, string>>
  /** By path below the folder; readable to all, as the gate's user is another. */
  readonly texts?: Readonly<Record<string, string>>
  /** The compose file, by its path below the folder. */
  readonly file: string
  /** A compose file in JSON: how its services are to differ. */
  readonly override: object
}

/** Lends the project's own compose file, whose services differ as `override` says. */
export function withComposeProject<T>(
  override: object,
  use: (project: ComposeProject) => Promise<T>,
): Promise<T> {
  const copied = samePlaces('docker-compose.yml', 'migrations', 'examples/api')
  return withCompose({ copied, file: 'docker-compose.yml', override }, use)
}

/** Paths of the repository, to be copied to the same paths below the folder. */
export function samePlaces(...paths: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(paths.map((path) => [path, path]))
}

/**
 * Lends a compose project. All that it made, volumes and the images that it built too, is removed
 * whatever happens.
 */
export async function withCompose<T>(
  { copied, texts = {}, file, override }: ComposeSource,
  use: (project: ComposeProject) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-compose-'))
  try {
    for (const [from, to] of Object.entries(copied)) {
      await cp(join(ROOT, from), join(folder, to), { recursive: true })
    }
    for (const [path, text] of Object.entries({
      ...texts,
      'override.json': JSON.stringify(override),
    })) {
      await writeFile(join(folder, path), text)
      await chmod(join(folder, path), 0o644)
    }
    const project = composeProject(folder, {
      COMPOSE_PROJECT_NAME: uniqueName(),
      COMPOSE_FILE: `${file}:${join(folder, 'override.json')}`,
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
    gateLogs: async () => textLines((await compose(['logs', '--no-log-prefix', 'pgate'])).stdout),
  }
}

/** Without the log: two streams in one listing, and which of their last lines comes last is chance. */
function textLines(logs: string): string {
  return logs
    .split('\n')
    .filter((line) => !line.startsWith('{'))
    .join('\n')
}

/** A port of this machine that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
