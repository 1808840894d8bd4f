import { type TestServer, withDatabase } from '../servers/servers.ts'
import { type PgateResult, type RunningPgate, startPgate } from './cli.ts'
import { withRevisionFolder } from './revision-folder.ts'

/** A module `aaa` in a folder of its own, and a new database to gate. */
export interface GatedModule {
  /** Straight to the server. */
  readonly url: string
  readonly folder: string
  run(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<PgateResult>
  start(args?: readonly string[], env?: Readonly<Record<string, string>>): RunningPgate
}

/** The text of a module with this upgrade; `more` stands above it. */
export function moduleText(upgrade: string, more = ''): string {
  return `export const revision = 'aaa', revises = null
${more}
export async function upgrade(db) {
  ${upgrade}
}
`
}

/** Lends it. `through` gives the URL that pgate connects by. */
export async function withGatedModule(
  server: TestServer,
  text: string,
  use: (gate: GatedModule) => Promise<void>,
  through: (url: string, name: string) => string = (url) => url,
): Promise<void> {
  await withRevisionFolder(async (folder) => {
    await folder.write('a.mjs', text)
    await withDatabase(server, async ({ url, name }) => {
      const own = {
        DATABASE_URL: through(url, name),
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
      }
      const start: GatedModule['start'] = (args = [], env = {}) =>
        startPgate(args, { env: { ...own, ...env } })
      await use({ url, folder: folder.path, start, run: (...by) => start(...by).ended })
    })
  })
}
