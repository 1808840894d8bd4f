import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { type PgateResult, runPgate } from '../support/cli/cli.ts'
import type { RevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

type Env = Readonly<Record<string, string>>

/** Notes that it was started where no input is looked for, and then does its work. */
async function writeProgram(folder: RevisionFolder, body = ''): Promise<string> {
  await folder.write('1.py', 'revision = "1"\n')
  await folder.write('migrate.sh', `echo started >> ${folder.path}/.starts\n${body}\n`)
  return join(folder.path, 'migrate.sh')
}

async function startsIn({ path }: RevisionFolder): Promise<number> {
  const text = await readFile(join(path, '.starts'), 'utf8')
  return text.split('\n').length - 1
}

describe.each(servers().slice(0, 1))('a migrator with nothing to do, on $name,', (server) => {
  const it = testOn(server)

  const gate = (
    { url }: { url: string },
    folder: RevisionFolder,
    words: readonly string[],
    more: Env = {},
  ): Promise<PgateResult> => {
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    return runPgate(['--', ...words], { env: { ...env, ...more } })
  }

  it('is not started, and says so', async ({ folder, database }) => {
    const words = ['sh', await writeProgram(folder)]
    await queryRows(
      database.url,
      `create table alembic_version (version_num varchar(32) primary key);
       insert into alembic_version values ('aaa')`,
    )
    expect((await gate(database, folder, words)).exitCode).toBe(0)
    const again = await gate(database, folder, words)
    expect(again.exitCode).toBe(0)
    expect(again.stderr).toContain(
      'sh not started: nothing has changed since the last proof, at aaa',
    )
    expect(again.stderr).toContain('unchanged since the last verify')
    expect(await startsIn(folder)).toBe(1)
  })

  it('is started where what it reads, its history or the schema is another, or where it always is', async ({
    folder,
    database,
  }) => {
    const words = ['sh', await writeProgram(folder)]
    const { url } = database
    await queryRows(
      url,
      'create schema tool; create table tool.knex_migrations (name text, batch int, migration_time timestamptz)',
    )
    const models = join(folder.path, '.models')
    await mkdir(models)
    const env = { PGATE_MIGRATE_INPUTS: models }
    let starts = 0
    const expectStart = async (
      isStarted: boolean,
      more: Env = {},
      moreWords: readonly string[] = [],
    ) => {
      const ran = await gate(database, folder, [...words, ...moreWords], { ...env, ...more })
      expect(ran.exitCode, ran.stdout).toBe(0)
      starts += isStarted ? 1 : 0
      expect(await startsIn(folder)).toBe(starts)
    }
    await expectStart(true)
    await expectStart(false)
    await writeFile(join(models, 'user.py'), 'class User: ...\n')
    await expectStart(true)
    await queryRows(url, `insert into tool.knex_migrations values ('a', 1, now())`)
    await expectStart(true)
    await queryRows(url, 'create table by_hand ()')
    await expectStart(true)
    await expectStart(true, {}, ['more'])
    await expectStart(false, {}, ['more'])
    await expectStart(true, { PGATE_MIGRATE_ALWAYS: 'true' }, ['more'])
    await expectStart(false, {}, ['more'])
  })

  it('is started every time where nothing says what it reads', async ({ folder, database }) => {
    const words = ['sh', await writeProgram(folder)]
    const nowhere = { PGATE_MIGRATIONS: join(folder.path, 'nowhere') }
    await gate(database, folder, words, nowhere)
    const again = await gate(database, folder, words, nowhere)
    expect(again.exitCode).toBe(0)
    expect(again.stderr).toContain('sh is started every time: PGATE_MIGRATIONS')
    expect(await startsIn(folder)).toBe(2)
    const missing = await gate(database, folder, words, { PGATE_MIGRATE_INPUTS: '/no/such' })
    expect(missing.exitCode).toBe(20)
    expect(missing.stdout).toContain('PGATE_MIGRATE_INPUTS: /no/such is not there')
    expect(await startsIn(folder)).toBe(2)
  })

  it('is started by one of ten replicas; the others wait for its proof', async ({
    folder,
    database,
  }) => {
    const words = ['sh', await writeProgram(folder, 'sleep 1')]
    const ten = await Promise.all(Array.from({ length: 10 }, () => gate(database, folder, words)))
    expect(ten.map(({ exitCode }) => exitCode)).toEqual(ten.map(() => 0))
    expect(await startsIn(folder)).toBe(1)
    const said = ten.map(({ stderr }) => stderr)
    expect(said.filter((one) => /sh done/.test(one))).toHaveLength(1)
    expect(said.filter((one) => /sh not started/.test(one))).toHaveLength(9)
  })

  it('whose run fails lets the next replica try', async ({ folder, database }) => {
    const words = ['sh', await writeProgram(folder, `test -e ${folder.path}/.fixed || exit 3`)]
    const first = await gate(database, folder, words)
    expect(first.exitCode).toBe(53)
    await folder.write('.fixed', '')
    expect((await gate(database, folder, words)).exitCode).toBe(0)
    expect(await startsIn(folder)).toBe(2)
  })
})
