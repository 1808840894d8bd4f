import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type PgateResult, runPgate } from '../support/cli/cli.ts'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

const LIB = `export namespace Names {
  export let table = 'made'
  export enum Kind { Small = 1, Large }
  export function fail(): never {
    throw new RangeError('too large')
  }
}
`

function revision(upgrade: string): string {
  return `import { Names } from '@lib/names'
interface Db { query(text: string): Promise<{ rows: { x: number }[] }> }
enum Step { First = 'first' }
class Maker {
  constructor(private readonly db: Db) {}
  async make(): Promise<void> {
    await this.db.query(\`create table \${Names.table} (\${Step.First} int default \${Names.Kind.Large})\`)
    ${upgrade}
  }
}
export const revision = 'aaa', revises = null
export const upgrade = (db: Db) => new Maker(db).make()
`
}

async function gated(
  server: TestServer,
  upgrade: string,
  use: (ran: PgateResult & { readonly url: string; readonly folder: string }) => Promise<void>,
): Promise<void> {
  await withRevisionFolder(async ({ path, write }) => {
    const folder = join(path, 'migrations')
    await mkdir(join(path, 'src'))
    await mkdir(folder)
    await write('tsconfig.json', '{ "compilerOptions": { "paths": { "@lib/*": ["./src/*"] } } }')
    await write('src/names.ts', LIB)
    await writeFile(join(folder, 'a.ts'), revision(upgrade))
    await withDatabase(server, async ({ url }) => {
      const env = {
        DATABASE_URL: url,
        PGATE_MIGRATIONS: folder,
        PGATE_EXTENSIONS: '',
        PGATE_LOG_LEVEL: 'debug',
      }
      await use({ ...(await runPgate([], { env })), url, folder: path })
    })
  })
}

describe.each(servers().slice(0, 1))('a revision in TypeScript, on $name,', (server) => {
  it('may hold all of the language', async () => {
    await gated(server, '', async ({ exitCode, url }) => {
      expect(exitCode).toBe(0)
      await queryRows(url, 'insert into made default values')
      expect(await queryRows(url, 'select first from made')).toEqual([{ first: 2 }])
    })
  })

  it('names line and column of the query that failed, and its stack at debug', async () => {
    await gated(server, 'await this.db.query(`select gone`)', async (ran) => {
      expect(ran.exitCode).toBe(53)
      expect(ran.stdout).toContain(
        `${ran.folder}/migrations/a.ts:8:19: column "gone" does not exist`,
      )
      expect(ran.stderr).toMatch(/Maker\.make [^\n]*a\.ts:8:19/)
    })
  })

  it('names the file that it imports where that throws', async () => {
    await gated(server, 'Names.fail()', async ({ exitCode, stdout, folder }) => {
      expect(exitCode).toBe(53)
      expect(stdout).toContain(`(${folder}/src/names.ts:5:11): too large`)
    })
  })

  it('is refused with line and column where it is none', async () => {
    await gated(server, 'const = 1', async ({ exitCode, stdout, folder }) => {
      expect(exitCode).toBe(50)
      expect(stdout).toContain(`${folder}/migrations/a.ts:8`)
      expect(stdout).toContain(`${folder}/migrations/a.ts:8:11)`)
    })
  })
})
