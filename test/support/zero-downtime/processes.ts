import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { freePort } from '../docker/compose.ts'
import { ROOT } from '../docker/image.ts'

/** Where the example is: revisions of one change in two phases, and an API in two versions. */
export const ZERO_DOWNTIME = join(ROOT, 'examples/zero-downtime')

/** A program of the example, as a process of its own. */
export interface Program {
  /** Resolves when it has said so many more lines; rejects when it ends before. */
  goesOn(lines: number): Promise<void>
  /** SIGTERM, and what came of it. */
  stop(): Promise<Ended>
}

export interface Ended {
  readonly exitCode: number | null
  readonly said: string
}

/** What the load counted, by its last lines. */
export interface Counted extends Ended {
  readonly failures: number
  /** How many answers came from each instance, by its URL. */
  readonly answers: Readonly<Record<string, number>>
}

/** A URL of this machine at which nothing listens. */
export const freeUrl = async () => `http://127.0.0.1:${await freePort()}`

/** Starts the API in version `1` or `2`; resolves when it listens. */
export async function startApi(
  version: '1' | '2',
  { url, databaseUrl }: { readonly url: string; readonly databaseUrl: string },
): Promise<Program> {
  const { port } = new URL(url)
  const env = { DATABASE_URL: databaseUrl, API_VERSION: version, PORT: port, DRAIN_MS: '300' }
  const api = startProgram('server.mjs', [], env)
  await api.goesOn(1)
  return api
}

/** Starts the load on these instances; those that are not up yet join when they are. */
export function startLoad(urls: readonly string[]): Program {
  return startProgram('load.mjs', urls, {})
}

/** Reads the last lines of a load that has ended. */
export function countedBy({ exitCode, said }: Ended): Counted {
  const [, failures] = /^\d+ requests, (\d+) failures$/m.exec(said) ?? []
  const answers = [...said.matchAll(/^(\d+) answers of (\S+)$/gm)]
  return {
    exitCode,
    said,
    failures: Number(failures),
    answers: Object.fromEntries(answers.map(([, count, url]) => [url, Number(count)])),
  }
}

function startProgram(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Program {
  const child = spawn(process.execPath, [join(ZERO_DOWNTIME, 'api', file), ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const closed = new Promise<Ended>((resolve) => {
    child.once('close', (exitCode) => resolve({ exitCode, said: text }))
  })
  return {
    goesOn: (lines) => untilSaid(child, () => text.split('\n').length, lines),
    stop: () => {
      child.kill('SIGTERM')
      return closed
    },
  }
}

async function untilSaid(child: ChildProcess, count: () => number, more: number): Promise<void> {
  const enough = count() + more
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (count() >= enough) resolve()
    }
    child.stdout?.on('data', look)
    child.once('close', (exitCode) => reject(new Error(`it ended with ${exitCode}`)))
    look()
  })
}
