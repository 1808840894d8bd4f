import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { type PgateResult, runPgate } from '../support/cli/cli.ts'
import type { RevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

type Env = Readonly<Record<string, string>>

describe.each(servers().slice(0, 1))('the manifest of a migrator, on $name,', (server) => {
  const it = testOn(server)

  /** Makes a table by pg for Node.js, at DATABASE_URL alone. */
  async function writeProgram(folder: RevisionFolder, more = ''): Promise<readonly string[]> {
    const text = `import pg from '${import.meta.resolve('pg')}'
      const client = new pg.Client(process.env.DATABASE_URL)
      await client.connect()
      await client.query('create table if not exists made (id int primary key, name text default lower($$A$$))')
      await client.query({ text: 'insert into made values ($1, $2) on conflict do nothing', values: [1, 'a'] })
      ${more}
      await client.end()`
    await folder.write('migrate.mjs', text)
    return [process.execPath, join(folder.path, 'migrate.mjs')]
  }

  const run = (
    folder: RevisionFolder,
    args: readonly string[],
    env: Env = {},
  ): Promise<PgateResult> =>
    runPgate(args, { env: { PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: folder.path, ...env } })

  it('is made by it in the built-in PostgreSQL, or on a server, and holds for a gate', async ({
    folder,
    database: { url },
  }) => {
    const words = await writeProgram(folder)
    const never = { DATABASE_URL: 'postgresql+psycopg://nobody:secret@nowhere.invalid/other' }
    const made = await run(folder, ['manifest', '--', ...words], never)
    expect(made.stdout + made.stderr).toContain('manifest.json has ')
    expect(made.exitCode).toBe(0)
    const manifest = await readFile(join(folder.path, 'manifest.json'), 'utf8')
    expect(manifest).toContain('column public.made.name')
    const env = { DATABASE_URL: url }
    const gate = await run(folder, ['--', ...words], env)
    expect(gate.stderr + gate.stdout).toContain('schema as the manifest promises')
    expect(gate.exitCode).toBe(0)
    await queryRows(url, 'alter table made alter column name drop default')
    const drifted = await run(folder, ['--', ...words], env)
    expect(drifted.stdout).toContain('VERIFY_DRIFT')
    expect(drifted.exitCode).toBe(60)
    const shadow = await run(folder, ['manifest', '--shadow-url', url, '--', ...words], never)
    expect(shadow.stdout + shadow.stderr).toContain('manifest.json has ')
    const onServer = ['manifest', '--check', '--shadow-url', url, '--', ...words]
    expect((await run(folder, onServer, never)).exitCode).toBe(0)
  })

  it('is what the database holds, where that is asked for', async ({
    folder,
    database: { url },
  }) => {
    await queryRows(url, 'create table made (); create table more ()')
    const env = { DATABASE_URL: url }
    const taken = await run(folder, ['manifest', '--from-database'], env)
    expect(taken.stdout).toMatch(/manifest\.json has \d+ objects/)
    expect((await run(folder, ['manifest', '--check', '--from-database'], env)).exitCode).toBe(0)
    expect((await run(folder, ['--', 'true'], env)).exitCode).toBe(0)
    await queryRows(url, 'drop table more')
    expect((await run(folder, ['--', 'true'], env)).exitCode).toBe(60)
    await rm(join(folder.path, 'manifest.json'))
    await folder.write('1_a.sql', '-- migrate:up\n-- migrate:down\n')
    const behind = await run(folder, ['manifest', '--from-database', '--', 'true'], env)
    expect(behind.stdout + behind.stderr).toContain('HISTORY_PENDING')
    const two = await run(folder, ['manifest', '--from-database', '--shadow-url', url], env)
    expect(two.exitCode).toBe(2)
  })

  it('is not made of nothing: a program that works elsewhere is noticed', async ({ folder }) => {
    const made = await run(folder, ['manifest', '--', 'true'])
    expect(made.exitCode).toBe(60)
    expect(made.stdout + made.stderr).toContain('the throwaway database is as empty as before')
  })

  it('is not made by one that wants two connections at once, which is said', async ({ folder }) => {
    const words = await writeProgram(
      folder,
      `const other = new pg.Client(process.env.DATABASE_URL)
       await other.connect()`,
    )
    const made = await run(folder, ['manifest', '--', ...words])
    expect(made.exitCode).toBe(53)
    expect(made.stdout + made.stderr).toContain('takes one connection at a time')
  })
})
