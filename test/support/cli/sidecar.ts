import { setTimeout as delay } from 'node:timers/promises'
import type { Status } from '../../../src/sidecar/status/status.ts'
import { type PgateResult, startPgate } from './cli.ts'

/** A sidecar that runs, as a process of its own. */
export interface RunningSidecar {
  /** `http://127.0.0.1:40123` */
  readonly url: string
  readonly pid: number
  get(path: string, init?: RequestInit): Promise<Response>
  status(): Promise<Status>
  /**
   * Resolves with the first status that is looked for; rejects, with the last one, where none comes
   * in time.
   */
  until(what: string, fits: (status: Status) => boolean, patience?: Patience): Promise<Status>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<PgateResult>
  /** Its log so far. */
  log(): string
}

/** How long something is waited for. */
export interface Patience {
  readonly everyMs: number
  readonly forMs: number
}

export interface SidecarOptions {
  readonly args?: readonly string[]
  /** Besides PGATE_LISTEN (a free port) and PGATE_VERIFY_INTERVAL (200ms). */
  readonly env: Readonly<Record<string, string>>
  /** Then it is killed; 60 000 by default. */
  readonly timeoutMs?: number
}

const PATIENCE: Patience = { everyMs: 50, forMs: 30_000 }

/** Lends a sidecar that listens, whether its gate is open yet or not; ends it afterwards. */
export async function withSidecar<T>(
  { args = [], env, timeoutMs = 60_000 }: SidecarOptions,
  use: (sidecar: RunningSidecar) => Promise<T>,
): Promise<T> {
  const own = { PGATE_LISTEN: '127.0.0.1:0', PGATE_VERIFY_INTERVAL: '200ms' }
  const running = startPgate(['sidecar', ...args], { env: { ...own, ...env }, timeoutMs })
  try {
    await running.says(/sidecar\.listening/)
    const log = () => running.output().stderr
    const { kill, ended, pid } = running
    return await use({ ...asked(urlIn(log())), kill, ended, pid, log })
  } finally {
    running.kill('SIGKILL')
    await running.ended
  }
}

function urlIn(log: string): string {
  const [, url] = /"url":"(http:[^"]+)"/.exec(log) ?? []
  if (url === undefined) throw new Error(`the sidecar does not say where it listens:\n${log}`)
  return url
}

function asked(url: string): Pick<RunningSidecar, 'url' | 'get' | 'status' | 'until'> {
  const get = (path: string, init?: RequestInit) => fetch(`${url}${path}`, init)
  const status = async () => parseStatus(await (await get('/status')).json())
  const until: RunningSidecar['until'] = async (what, fits, patience = PATIENCE) => {
    const endsAt = performance.now() + patience.forMs
    for (;;) {
      const now = await status()
      if (fits(now)) return now
      if (performance.now() > endsAt) throw new Error(`never ${what}: ${JSON.stringify(now)}`)
      await delay(patience.everyMs)
    }
  }
  return { url, get, status, until }
}

function parseStatus(document: unknown): Status {
  return document as Status
}

/** The samples of a text in Prometheus' format 0.0.4, by name and labels as they are written. */
export function samplesIn(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line): [string, number] => {
      const [, sample, value] = SAMPLE.exec(line) ?? []
      if (sample === undefined) throw new Error(`no sample: ${line}`)
      return [sample, Number(value)]
    }),
  )
}

/** A name, labels with escaped values, one value, no timestamp. */
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (-?\d+(?:\.\d+)?(?:e[+-]\d+)?|NaN|[+-]Inf)$/
