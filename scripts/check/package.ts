/** What npm would publish, held against what packages promise: publint, and "are the types wrong?". */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const ROOT = join(import.meta.dirname, '../..')

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' })
  if (status === 0) return stdout
  process.stderr.write(`${command} ${args.join(' ')}\n${stdout}${stderr}`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'pgate-package-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
run('npm', 'run', '--silent', 'build')
const name = run('npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder).trim()
const tarball = join(folder, name)
run('publint', 'run', tarball, '--strict')
// CommonJS gets it by `require(esm)`, which every Node.js that pgate takes has.
run('attw', tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm')
