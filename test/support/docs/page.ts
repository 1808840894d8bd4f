import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGATE_WORDS } from '../cli/cli.ts'
import { ROOT } from '../docker/image.ts'

/** A block of commands on a page, and what the page says that they print. */
export interface PageStep {
  readonly commands: string
  /** The `text` block right below it; undefined: the page does not say. */
  readonly prints: string | undefined
}

/** The `sh` blocks of a page of docs/, in order; a block for another shell (`console`) is not among them. */
export async function stepsOf(page: string): Promise<readonly PageStep[]> {
  const text = await readFile(join(ROOT, 'docs', page), 'utf8')
  const blocks = text.matchAll(/^```sh\n(.*?)^```$(?:\s*^```text\n(.*?)^```$)?/gms)
  return [...blocks].map(([, commands = '', prints]) => ({ commands, prints }))
}

/** What a page's commands are run with. */
export interface PageRun {
  readonly env?: Readonly<Record<string, string>>
  /** Runs before the page's first step, in its folder. */
  readonly prepare?: (folder: string) => Promise<void>
}

/**
 * Runs a page from top to bottom as its reader does: in an empty folder, `pgate` on the path, one block
 * after the other in one shell, as far as its variables go.
 * @throws Error with the block and what it said, where one fails
 */
export async function runPage(
  steps: readonly PageStep[],
  { env = {}, prepare }: PageRun = {},
): Promise<readonly (PageStep & { readonly printed: string })[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-page-'))
  try {
    const bin = join(folder, '.bin')
    await mkdir(bin)
    const program = `#!/bin/sh\nexec ${PGATE_WORDS.join(' ')} "$@"\n`
    await writeFile(join(bin, 'pgate'), program, { mode: 0o755 })
    await prepare?.(folder)
    const done: (PageStep & { readonly printed: string })[] = []
    for (const step of steps) {
      const printed = await runBlock(step.commands, folder, {
        HOME: folder,
        ...env,
        PATH: `${bin}:${process.env.PATH}`,
      })
      done.push({ ...step, printed })
    }
    return done
  } finally {
    await rm(folder, { recursive: true })
    await rm(`${folder}.exported`, { force: true })
  }
}

function runBlock(commands: string, cwd: string, env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const exported = `'${cwd}.exported'`
    const before = `set -euo pipefail\n[ ! -e ${exported} ] || . ${exported}`
    const script = `${before}\n${commands}\nexport -p > ${exported}`
    execFile('bash', ['-c', script], { cwd, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${commands}\nended with ${error.code}:\n${stdout}${stderr}`))
    })
  })
}

/** Times, versions and ids differ from run to run; counts and names do not. */
export function masked(text: string): string {
  return text
    .replaceAll(/ +[\d.]+m?s {2}/g, ' <time> ')
    .replaceAll(/^[\d.]+:\d+\/\w+(?=: PostgreSQL )/gm, '<database>')
    .replaceAll(/PostgreSQL [\d.]+( \([^)]*\))?/g, '<server>')
    .replaceAll(/\b\d{8}_\d{4}_/g, '<date>_')
    .replaceAll(/\b[0-9a-f]{12}\b/g, '<id>')
    .trimEnd()
}
