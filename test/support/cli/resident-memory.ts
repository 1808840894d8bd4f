import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The resident memory of a process in bytes; by `ps` where there is no /proc. */
export async function residentMemory(pid: number): Promise<number> {
  return 1024 * Number(await kibibytes(pid))
}

async function kibibytes(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/status`, 'utf8')
    return /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)])
    return stdout.trim()
  }
}
