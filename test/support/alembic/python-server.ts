import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildPythonImage, PYTHON_IMAGE } from './python-image.ts'

/** What is run in a container of Python, in a copy of a project that is `/project` there. */
export interface PythonCall {
  readonly path: string
  readonly url: string
  readonly argv: readonly string[]
}

/** How it ended, and what it said. */
export interface PythonResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

type Server = (call: PythonCall) => Promise<PythonResult>

/** One for each network that is asked for, as long as this process runs. */
const servers = new Map<string, Promise<Server>>()

/**
 * Runs it in a container that is on this network, and that stays for the next call: python_server.py.
 * One call at a time. Never rejects for an exit code.
 */
export async function runPython(network: string, call: PythonCall): Promise<PythonResult> {
  const server = servers.get(network) ?? startServer(network)
  servers.set(network, server)
  return (await server)(call)
}

async function startServer(network: string): Promise<Server> {
  await buildPythonImage()
  const program = await readFile(join(import.meta.dirname, 'python_server.py'), 'utf8')
  const child = spawn('docker', [
    ...['run', '--rm', '--interactive', '--network', network],
    // Alembic walks branches in the order of Python's sets, which is another one at every start.
    ...['--env', 'PYTHONHASHSEED=0', '--env', 'PYTHONDONTWRITEBYTECODE=1'],
    ...['--volume', `${tmpdir()}:${tmpdir()}:ro`, PYTHON_IMAGE, 'python3', '-c', program],
  ])
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let last: Promise<unknown> = Promise.resolve()
  const one = async (call: PythonCall): Promise<PythonResult> => {
    hold(child, true)
    child.stdin.write(`${JSON.stringify(call)}\n`)
    const { value, done } = await lines.next()
    hold(child, false)
    if (done === true) throw new Error(`Python's container ended: ${said}`)
    return JSON.parse(value)
  }
  return (call) => {
    const result = last.then(() => one(call))
    last = result.catch(() => {})
    return result
  }
}

/** A server that nobody waits for keeps no process from ending: its container then ends, too. */
function hold(child: ChildProcessWithoutNullStreams, held: boolean): void {
  for (const part of [child, child.stdin, child.stdout, child.stderr]) {
    if (part !== child && !(part instanceof Socket)) continue
    if (held) part.ref()
    else part.unref()
  }
}
