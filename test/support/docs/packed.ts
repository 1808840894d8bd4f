import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../docker/image.ts'

const run = promisify(execFile)

/**
 * A project in a folder of its own that has installed pgate as `npm pack` makes it.
 * @param packages what it has installed besides, as it is installed here
 */
export async function packedProject(packages: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-packed-'))
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const { stdout } = await run('npm', pack, { cwd: ROOT })
  await mkdir(join(folder, 'node_modules/pgate'), { recursive: true })
  const unpack = ['-xzf', stdout.trim(), '-C', 'node_modules/pgate', '--strip-components=1']
  await run('tar', unpack, { cwd: folder })
  for (const name of packages) {
    await mkdir(join(folder, 'node_modules', name, '..'), { recursive: true })
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }')
  return folder
}

/** Copies files of the repository into a project. */
export async function copyInto(folder: string, from: string): Promise<void> {
  await cp(join(ROOT, from), folder, { recursive: true })
}

/** Runs a program of Node.js there; rejects with what it said, where it fails. */
export async function runNode(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const own = { PATH: process.env.PATH ?? '', HOME: folder, ...env }
  try {
    const { stdout } = await run(process.execPath, args, { cwd: folder, env: own })
    return stdout
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string }
    throw new Error(`${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}
