import { SYSTEM_CLOCK } from '../../../src/base/clock.ts'
import type { Host, Stream } from '../../../src/cli/command.ts'
import { runCommandLine } from '../../../src/cli/program.ts'

/** The wall clock of a call: what new files are named after. */
export const CALLED_AT = '2026-11-20T09:05:07.123Z'

export interface Called {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Calls pgate inside this process, from its sources: for commands that need no server. It sees
 * these variables alone, says nothing but errors in its log, and always has the same time.
 */
export async function callPgate(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Called> {
  const stdout = recorder()
  const stderr = recorder()
  const host: Host = {
    args,
    env: { PGATE_LOG_LEVEL: 'error', PGATE_LOG_FORMAT: 'pretty', ...env },
    home: '/nowhere',
    userName: 'nobody',
    hostName: 'here',
    pid: process.pid,
    isAlive: () => false,
    ask: async () => null,
    readInput: async () => null,
    clock: { ...SYSTEM_CLOCK, date: () => new Date(CALLED_AT) },
    interrupt: new AbortController().signal,
    forceExit: new AbortController().signal,
    stdout: stdout.stream,
    stderr: stderr.stream,
    terminationLog: '/nowhere/termination-log',
  }
  const exitCode = await runCommandLine(host)
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() }
}

function recorder(): { readonly stream: Stream; readonly text: () => string } {
  const written: string[] = []
  const stream: Stream = {
    write: (text) => written.push(text),
    isTerminal: false,
    hasColors: false,
  }
  return { stream, text: () => written.join('') }
}
