import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../harness/command.ts'

const PACKAGES = join(import.meta.dirname, '..', 'node_modules')

/** A file of one of the packages in bench/package.json. */
export function packageFile(...path: readonly string[]): string {
  return join(PACKAGES, ...path)
}

/** The version of such a package; undefined where it is not installed. */
export async function packageVersion(name: string): Promise<string | undefined> {
  const text = await readFile(packageFile(name, 'package.json'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    },
  )
  return text === undefined ? undefined : firstVersion(text.slice(text.indexOf('"version"')))
}

/** What a program on the path says its version is; undefined where there is no such program. */
export async function programVersion(
  program: string,
  args: readonly string[],
): Promise<string | undefined> {
  const ended = await runCommand({ program, args }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return ended === undefined ? undefined : (firstVersion(ended.said) ?? 'unknown')
}

function firstVersion(text: string): string | undefined {
  return /\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?/.exec(text)?.[0]
}
