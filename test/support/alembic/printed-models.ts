import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { buildPythonImage, PYTHON_IMAGE } from './python-image.ts'

const run = promisify(execFile)

/** The words that run Debian's Python, with SQLAlchemy, in a folder, without a network. */
export async function pythonIn(folder: string, ...args: readonly string[]): Promise<string[]> {
  await buildPythonImage()
  return [
    ...['docker', 'run', '--rm', '--network', 'none', '--env', 'PYTHONDONTWRITEBYTECODE=1'],
    ...['--workdir', '/models', '--volume', `${folder}:/models:ro`, PYTHON_IMAGE, ...args],
  ]
}

const END = '-- end of models'

/** What each of these models prints, of one start of a container; paths in the folder. */
export async function printedModels(
  folder: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  const script = paths.map((path) => `python3 ${path} && echo '${END}'`).join(' && ')
  const [program = '', ...args] = await pythonIn(folder, 'sh', '-c', script)
  const { stdout } = await run(program, args, { maxBuffer: 16 * 1024 * 1024 })
  return stdout.split(`${END}\n`).slice(0, -1)
}
