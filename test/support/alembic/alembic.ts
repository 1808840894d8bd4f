import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestServer } from '../servers/servers.ts'
import { ALEMBIC_ENV, ALEMBIC_INI, type AlembicRevision, scriptOf } from './files.ts'
import { buildPythonImage, PYTHON_IMAGE } from './python-image.ts'
import { type PythonResult, runPython } from './python-server.ts'

/** A folder with alembic.ini, env.py and versions/, as Alembic wants it. */
export interface AlembicProject {
  readonly path: string
}

/** Lends an Alembic project with the given revisions, and removes it afterwards. */
export async function withAlembicProject<T>(
  revisions: readonly AlembicRevision[],
  use: (project: AlembicProject) => Promise<T>,
): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'pgate-alembic-'))
  try {
    await mkdir(join(path, 'versions'))
    await writeFile(join(path, 'alembic.ini'), ALEMBIC_INI)
    await writeFile(join(path, 'env.py'), ALEMBIC_ENV)
    for (const revision of revisions) await addAlembicRevision({ path }, revision)
    return await use({ path })
  } finally {
    await rm(path, { recursive: true, force: true })
  }
}

/** Writes one more revision script into the project. */
export async function addAlembicRevision(
  project: AlembicProject,
  revision: AlembicRevision,
): Promise<void> {
  await writeFile(join(project.path, 'versions', `${revision.id}.py`), scriptOf(revision))
}

/** Where Alembic connects to: a database of a server that is a container. */
export interface AlembicDatabase {
  readonly server: TestServer
  readonly url: string
}

/**
 * Runs the real Alembic (Debian's package, in a container) in the project, on a database or, for
 * its offline mode, without any network. Never rejects for an exit code.
 */
export async function runAlembic(
  project: AlembicProject,
  args: readonly string[],
  database?: AlembicDatabase,
): Promise<PythonResult> {
  return runInAlembic(project, ['alembic', ...args], database)
}

/** As {@link runAlembic}, with a command of one's own: `python3 driver.py`. */
export async function runInAlembic(
  project: AlembicProject,
  command: readonly string[],
  database?: AlembicDatabase,
): Promise<PythonResult> {
  return runPython(networkOf(database), {
    path: project.path,
    url: urlFor(database),
    argv: command,
  })
}

/** The words that run it so, for who starts programs. */
export async function alembicCommand(
  project: AlembicProject,
  command: readonly string[],
  database?: AlembicDatabase,
): Promise<readonly string[]> {
  await buildPythonImage()
  return [
    'docker',
    ...['run', '--rm', '--network', networkOf(database)],
    ...['--env', `ALEMBIC_URL=${urlFor(database)}`],
    // Alembic walks branches in the order of Python's sets, which is another one at every start.
    ...['--env', 'PYTHONHASHSEED=0', '--env', 'PYTHONDONTWRITEBYTECODE=1'],
    ...['--workdir', '/project'],
    ...['--volume', `${project.path}:/project:ro`, PYTHON_IMAGE, ...command],
  ]
}

/** As {@link runAlembic}; what standard output had, where it went well. */
export async function alembicSays(...call: Parameters<typeof runAlembic>): Promise<string> {
  const { exitCode, stdout, stderr } = await runAlembic(...call)
  if (exitCode !== 0) throw new Error(`alembic ${call[1].join(' ')}: ${stdout}${stderr}`)
  return stdout
}

function networkOf(database: AlembicDatabase | undefined): string {
  return database === undefined ? 'none' : `container:${containerOf(database.server)}`
}

function urlFor(database: AlembicDatabase | undefined): string {
  return database === undefined ? 'postgresql://offline' : insideUrl(database.url)
}

function containerOf({ container, name }: TestServer): string {
  if (container === undefined) throw new Error(`${name} is not a container`)
  return container
}

/** The server's own network is shared, so that it is on its own port there. */
function insideUrl(url: string): string {
  const inside = new URL(url)
  inside.protocol = 'postgresql:'
  inside.host = '127.0.0.1:5432'
  return inside.href
}
