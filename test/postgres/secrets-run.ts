import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SYSTEM_CLOCK } from '../../src/base/clock.ts'
import type { Host, Stream } from '../../src/cli/command.ts'
import { runCommandLine } from '../../src/cli/program.ts'

/** Before and behind what has to be percent-encoded, so that half a password is noticed too. */
const HALVES = ['cAnary-7f3', 'tWeet-9b1']
/** A password that stands in nothing else, and that a URL cannot hold as it is. */
export const CANARY = HALVES.join('/ü% &@:')
export const ENCODED_CANARY = encodeURIComponent(CANARY)

/** Every way that the canary could be written in a text. */
export const CANARY_FORMS = [CANARY, ENCODED_CANARY, ...HALVES]

export interface RunHere {
  readonly exitCode: number
  /** All that anybody can read afterwards. */
  readonly said: string
  readonly termination: string
}

/** Runs the program in this process, with a termination log as Kubernetes gives one. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunHere> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-secrets-'))
  const terminationLog = join(folder, 'termination-log')
  const texts: string[] = []
  const stream: Stream = {
    write: (text) => void texts.push(text),
    isTerminal: false,
    hasColors: false,
  }
  const host: Host = {
    args,
    env: { PGATE_LOG_LEVEL: 'debug', ...env },
    home: folder,
    userName: 'nobody',
    hostName: 'here',
    pid: process.pid,
    isAlive: () => false,
    clock: SYSTEM_CLOCK,
    interrupt: new AbortController().signal,
    forceExit: new AbortController().signal,
    stdout: stream,
    stderr: stream,
    ask: async () => null,
    readInput: async () => null,
    terminationLog,
  }
  try {
    await writeFile(terminationLog, '')
    const exitCode = await runCommandLine(host)
    return { exitCode, said: texts.join(''), termination: await readFile(terminationLog, 'utf8') }
  } finally {
    await rm(folder, { recursive: true })
  }
}
