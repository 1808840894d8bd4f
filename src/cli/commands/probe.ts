import { get } from 'node:http'
import type { ListenAddress } from '../../config/config.ts'
import { GateError, messageOf } from '../../errors/error.ts'
import type { Command, CommonOptions } from '../command.ts'

interface ProbeOptions extends CommonOptions {
  readonly for: Question
}

/** What may be asked, and where the sidecar answers it. */
const PATHS = {
  started: '/startupz',
  alive: '/healthz',
  ready: '/readyz',
  sound: '/readyz?strict',
} as const
type Question = keyof typeof PATHS

/** The kubelet gives a probe a second, Docker thirty; in milliseconds. */
const ANSWER_WITHIN_MS = 3_000

/** Asks the sidecar of this container for its health, where there is neither a shell nor curl. */
export const probe: Command<ProbeOptions> = {
  examples: ['pgate probe', 'pgate probe --for alive'],
  declare: (commander) => {
    commander.addOption(
      commander
        .createOption('--for <question>', 'what to ask')
        .choices(Object.keys(PATHS))
        .default('ready'),
    )
  },
  run: async ({ config, signal }, options) => {
    const url = `http://${reachable(config.listen)}${PATHS[options.for]}`
    const { code, text } = await ask(url, signal)
    if (code !== 200) {
      throw new GateError('SIDECAR_UNHEALTHY', `the sidecar answers ${code}: ${text.trim()}`, {
        facts: { url, status: code },
      })
    }
    return { json: { url, answer: text.trim() }, lines: [], verdict: text.trim() }
  },
}

/** A server that listens on every address is asked on loopback. */
function reachable({ host, port }: ListenAddress): string {
  const loopback: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }
  const to = loopback[host] ?? host
  return `${to.includes(':') ? `[${to}]` : to}:${port}`
}

/** @throws {GateError} SIDECAR_UNHEALTHY where nothing answers in time */
function ask(url: string, signal: AbortSignal): Promise<{ code: number; text: string }> {
  const ended = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number; text: string }>()
  const fail = (error: unknown) => {
    if (signal.aborted) return reject(signal.reason)
    const reason = ended.aborted ? `no answer within ${ANSWER_WITHIN_MS / 1000}s` : messageOf(error)
    reject(
      new GateError('SIDECAR_UNHEALTHY', `nothing answers at ${url}: ${reason}`, {
        facts: { url },
        cause: error,
      }),
    )
  }
  const request = get(url, { signal: ended }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    response.on('end', () => resolve({ code: response.statusCode ?? 0, text })).on('error', fail)
  })
  request.on('error', fail)
  return promise
}
