import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Measured } from './case.ts'
import { type Command, mustRun } from './command.ts'

/** GNU time: the kernel's own figure for a process that has ended (`ru_maxrss`). */
export const TIME_PROGRAM = '/usr/bin/time'

/**
 * Peak resident memory of a command in megabytes (of 1,048,576 bytes).
 * @throws Error with what the command said, where it fails
 */
export async function peakMemory(folder: string, command: Command): Promise<Measured> {
  const to = join(folder, 'peak-memory')
  const args = ['-f', '%M', '-o', to, command.program, ...command.args]
  await mustRun({ ...command, program: TIME_PROGRAM, args })
  return { value: Number(await readFile(to, 'utf8')) / 1024 }
}
