import { spawn, spawnSync } from 'node:child_process'
import { servers, type TestDatabase, type TestServer } from '../servers/servers.ts'

const HERE = spawnSync('psql', ['--version']).status === 0

/** The servers that psql can be run against: inside their container, or from this machine. */
export function psqlServers(need: Parameters<typeof servers>[0] = {}): readonly TestServer[] {
  return servers(need).filter(({ container }) => container !== undefined || HERE)
}

export interface PsqlResult {
  /** 0; 3 where ON_ERROR_STOP ended it. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script as the superuser, by `psql -f -`; `args` come before the script. */
export function runPsql(
  server: TestServer,
  database: TestDatabase,
  script: string,
  args: readonly string[] = ['-v', 'ON_ERROR_STOP=1'],
): Promise<PsqlResult> {
  const [command, ...before] =
    server.container === undefined
      ? ['psql', '-d', database.url]
      : ['docker', 'exec', '-i', server.container, 'psql', '-U', 'postgres', '-d', database.name]
  const child = spawn(command ?? 'psql', [...before, '-X', '-q', ...args, '-f', '-'])
  child.stdin.on('error', () => {})
  child.stdin.end(script)
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, ...said }))
  })
}
