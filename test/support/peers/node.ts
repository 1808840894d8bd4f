import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PEERS } from './peers.ts'

/**
 * The program of another Node.js than the one that runs the tests, installed once by npm; not among the
 * other tools, whose commands would run on it. Rejects where npm has it not.
 */
export async function nodeProgram(version: string): Promise<string> {
  const folder = join(PEERS, `node-${version}`)
  const program = join(folder, 'node_modules/node/bin/node')
  await access(program).catch(() =>
    promisify(execFile)('npm', ['install', '--no-save', '--prefix', folder, `node@${version}`]),
  )
  return program
}
