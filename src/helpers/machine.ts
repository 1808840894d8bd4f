import { homedir, hostname, userInfo } from 'node:os'
import process from 'node:process'

/** What pgate asks of the process and the machine that it runs in, and changes nothing of. */
export interface Machine {
  readonly home: string
  readonly userName: string
  readonly hostName: string
  readonly pid: number
  /** True where a process with that id runs on this host. */
  readonly isAlive: (pid: number) => boolean
}

export function thisMachine(): Machine {
  return {
    home: homedir(),
    // Looked up where nothing else names the database's user.
    get userName() {
      return userNameOrEmpty()
    },
    hostName: hostname(),
    pid: process.pid,
    isAlive,
  }
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 is only asked about, not sent; a process of somebody else's refuses and is alive.
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** A numeric user without an entry in /etc/passwd, usual in containers, has no name. */
function userNameOrEmpty(): string {
  try {
    return userInfo().username
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR') return ''
    throw error
  }
}
