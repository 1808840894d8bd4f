import { spawn } from 'node:child_process'
import { expect } from 'vitest'
import type { TestDatabase, TestServer } from '../servers/servers.ts'

/** A database, and the server that it is on, which has to be a container: pg_dump is in there. */
export interface OnServer {
  readonly server: TestServer
  readonly database: TestDatabase
}

/** `pg_dump … | psql …`, each in its own server's container; no statement of the dump may fail. */
export async function restore(from: OnServer, to: OnServer): Promise<void> {
  const dump = inside(from.server, ['pg_dump', '-U', 'postgres', from.database.name])
  const psql = ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', to.database.name]
  const load = inside(to.server, psql)
  dump.stdout.pipe(load.stdin)
  load.stdout.resume()
  const [dumped, loaded] = await Promise.all([ended(dump), ended(load)])
  expect({ dumped, loaded }).toEqual({
    dumped: { exitCode: 0, stderr: '' },
    loaded: { exitCode: 0, stderr: '' },
  })
}

/** A test server has no logical decoding, which a publication needs in order to be of use. */
const WAL_LEVEL = /^WARNING: {2}"?wal_level"? is insufficient.*\nHINT: .*\n/gm

function inside({ container, name }: TestServer, command: readonly string[]) {
  if (container === undefined) throw new Error(`${name} is no container`)
  return spawn('docker', ['exec', '-i', container, ...command])
}

function ended(
  child: ReturnType<typeof inside>,
): Promise<{ exitCode: number | null; stderr: string }> {
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) =>
      resolve({ exitCode, stderr: stderr.replaceAll(WAL_LEVEL, '') }),
    )
  })
}
