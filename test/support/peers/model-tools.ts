import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PEERS } from './peers.ts'

const run = promisify(execFile)
const FOLDER = join(PEERS, 'models')

/**
 * The packages of Drizzle, MikroORM, TypeORM and Sequelize, installed once into test/peers/models by npm:
 * their node_modules. Rejects where npm cannot get them.
 */
export async function modelTools(): Promise<string> {
  const modules = join(FOLDER, 'node_modules')
  const isThere = await access(join(modules, 'typeorm')).then(
    () => true,
    () => false,
  )
  if (!isThere) {
    const options = ['--no-save', '--no-package-lock', '--no-fund', '--no-audit']
    await run('npm', ['install', '--prefix', FOLDER, ...options], { timeout: 300_000 })
  }
  return modules
}
