import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { templateKey } from '../../src/testing/recipe.ts'
import { testDatabases } from '../../src/testing/test-databases.ts'
import { sized } from '../support/run/long.ts'
import { anyServer, type TestServer, urlOf } from '../support/servers/servers.ts'

const ROOT = join(import.meta.dirname, '../..')

let home: string
const folders: string[] = []
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'pgate-testing-'))
})
afterAll(() => rm(home, { recursive: true }))

async function folderOf(table: string): Promise<string> {
  const folder = await mkdtemp(join(home, 'migrations-'))
  folders.push(folder)
  await writeFile(join(folder, '20260101000000_first.sql'), dbmate(`create table ${table} (n int)`))
  return folder
}

function dbmate(up: string): string {
  return `-- migrate:up\n${up};\n\n-- migrate:down\n`
}

async function rows(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

async function databasesOn(server: TestServer, like: string): Promise<readonly unknown[]> {
  const text = `select datname from pg_database where datname like '${like}' order by 1`
  return (await rows(server.url, text)).map(({ datname }) => datname)
}

/** A process that makes a database with these options, says its name, and stays. */
async function otherProcess(options: object) {
  const script = `
    import { testDatabases } from ${JSON.stringify(join(ROOT, 'src/testing/test-databases.ts'))}
    const databases = await testDatabases(${JSON.stringify(options)})
    console.log((await databases.create()).url)
    process.on('message', async () => { await databases.close(); process.disconnect() })`
  const file = join(home, `process-${Math.random()}.mts`)
  await writeFile(file, script)
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const [line] = await new Promise<unknown[]>((resolve, reject) => {
    child.stdout?.once('data', (...said: unknown[]) => resolve(said))
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
  })
  return { child, url: String(line).trim() }
}

async function endOf(child: Awaited<ReturnType<typeof otherProcess>>['child']): Promise<void> {
  const ended = once(child, 'exit')
  child.send('close')
  expect(await ended).toEqual([0, null])
}

/** How many of what would keep this process from ending. */
function open(kind: string): number {
  return process.getActiveResourcesInfo().filter((one) => one === kind).length
}

/** How long some hundreds take is read, not required: the machine may be busy. */
function reportTime(where: string, count: number, from: number): void {
  if (count < 200) return
  const seconds = (performance.now() - from) / 1000
  console.info(`${count} tests with a database each on ${where}: ${seconds.toFixed(1)} s`)
}

describe.each(anyServer())('on $name', (server) => {
  afterAll(async () => {
    for (const migrations of folders) {
      const { folder } = await templateKey({ settings: { migrations } })
      for (const name of await databasesOn(server, `pgate\\_template\\_${folder}%`)) {
        await rows(server.url, `alter database ${name} with is_template false`)
        await rows(server.url, `drop database ${name}`)
      }
    }
  })

  it('gives each test a database of its own, with the seed, and drops what is left', async () => {
    const migrations = await folderOf('item')
    const databases = await testDatabases({
      url: server.url,
      migrations,
      seed: 'insert into item values (1)',
    })
    const urls: string[] = []
    const count = sized({ sample: 4, whole: 200 })
    const from = performance.now()
    for (let n = 2; n < count + 2; n++) {
      await using database = await databases.create()
      urls.push(database.url)
      await rows(database.url, `insert into item values (${n})`)
      expect(await rows(database.url, 'select n from item order by n')).toEqual([{ n: 1 }, { n }])
    }
    reportTime(server.name, count, from)
    const left = await databases.create()
    expect(new Set([...urls, left.url]).size).toBe(count + 1)
    const [, run = ''] = /pgate_test_([0-9a-f]{8})/.exec(left.url) ?? []
    await databases.close()
    expect(await databasesOn(server, `pgate\\_test\\_${run}%`)).toEqual([])
    await expect(databases.create()).rejects.toThrow('after close()')
  })

  it('makes the template once, keeps two older ones of the folder, and none that failed', async () => {
    const migrations = await folderOf('first')
    let planted = 0
    const use = async (seed?: string) => {
      const plant = () => {
        planted += 1
      }
      await using databases = await testDatabases({
        ...{ url: server.url, migrations },
        seed: seed ?? plant,
      })
      return (await databases.create()).url
    }
    await Promise.all([use(), use()])
    await use()
    expect(planted).toBe(1)
    await expect(use('insert into nowhere values (1)')).rejects.toThrow('the seed of the test')
    for (const n of [1, 2, 3]) await use(`insert into first values (${n})`)
    const { folder } = await templateKey({ settings: { migrations } })
    expect(await databasesOn(server, `pgate\\_template\\_${folder}%`)).toHaveLength(3)
    await writeFile(join(migrations, '20260102000000_second.sql'), dbmate('create table second ()'))
    await using databases = await testDatabases({ url: server.url, migrations })
    await using database = await databases.create()
    expect(await rows(database.url, 'select from second')).toEqual([])
  })

  it('makes the template again where it was dropped, and leaves neither database nor connection', async () => {
    const migrations = await folderOf('again')
    const before = open('TCPSocketWrap')
    const databases = await testDatabases({ url: server.url, migrations })
    const { folder } = await templateKey({ settings: { migrations } })
    const [template] = await databasesOn(server, `pgate\\_template\\_${folder}%`)
    await rows(server.url, `alter database ${template} with is_template false`)
    await rows(server.url, `drop database ${template}`)
    const made = await databases.create()
    expect(await rows(made.url, 'select from again')).toEqual([])
    const [, run = ''] = /pgate_test_([0-9a-f]{8})/.exec(made.url) ?? []
    const late = databases.create()
    await Promise.all([databases.close(), databases.close(), late])
    expect(await databasesOn(server, `pgate\\_test\\_${run}%`)).toEqual([])
    await expect.poll(() => open('TCPSocketWrap')).toBe(before)
  })

  it('drops at the next start what a killed run has left, and nothing of a run that lives', async () => {
    const options = { url: server.url, migrations: await folderOf('kept') }
    const [killed, living] = await Promise.all([otherProcess(options), otherProcess(options)])
    const nameOf = (url: string) => new URL(url).pathname.slice(1)
    killed.child.kill('SIGKILL')
    await once(killed.child, 'exit')
    await expect
      .poll(() =>
        rows(
          server.url,
          `select from pg_stat_activity where application_name like 'pgate%' and query like '%${nameOf(killed.url)}%' and pid <> pg_backend_pid()`,
        ),
      )
      .toEqual([])
    const databases = await testDatabases(options)
    await databases.close()
    expect(await databasesOn(server, nameOf(killed.url))).toEqual([])
    expect(await databasesOn(server, nameOf(living.url))).toEqual([nameOf(living.url)])
    await endOf(living.child)
    expect(await databasesOn(server, nameOf(living.url))).toEqual([])
  })

  it('says which right is missing, and that the folder is wrong, and leaves nothing', async () => {
    const name = `testing_${Math.random().toString(36).slice(2)}`
    await rows(server.url, `create role ${name} login password 'secret'`)
    const url = new URL(urlOf(server, 'postgres'))
    url.username = name
    url.password = 'secret'
    const migrations = await folderOf('item')
    try {
      await expect(testDatabases({ url, migrations })).rejects.toMatchObject({
        code: 'MIGRATION_NOT_PERMITTED',
        hint: expect.stringContaining('CREATEDB'),
      })
    } finally {
      await rows(server.url, `drop role ${name}`)
    }
    await writeFile(join(migrations, '20260102000000_wrong.sql'), dbmate('create table ('))
    await expect(testDatabases({ url: server.url, migrations })).rejects.toMatchObject({
      name: 'GateError',
      message: expect.stringContaining('20260102000000_wrong.sql'),
    })
  })
})

describe('on the built-in PostgreSQL', () => {
  it('puts a database back for the next test, in two at once, as the template was', async () => {
    const migrations = await folderOf('item')
    const cacheDirectory = join(home, 'cache')
    const options = { migrations, cacheDirectory, extensions: ['vector'] }
    const before = open('TCPServerWrap')
    const seed = () => Promise.reject(new Error('no seed'))
    await expect(testDatabases({ ...options, seed })).rejects.toThrow('no seed')
    expect(open('TCPServerWrap')).toBe(before)
    expect(await readdir(cacheDirectory)).toEqual([])
    const databases = await testDatabases({
      ...options,
      seed: async ({ url }) => void (await rows(url, 'insert into item values (1)')),
    })
    const act = async (n: number) => {
      await using database = await databases.create()
      await rows(
        database.url,
        `insert into item values (${n}); create table other as select '[1,2]'::vector; drop table if exists schema_migrations; select to_tsvector('english', 'tests')`,
      )
      const found = await rows(database.url, 'select n from item order by n')
      expect(found).toEqual([{ n: 1 }, { n }])
      for (const text of ['checkpoint', 'vacuum full item']) await rows(database.url, text)
    }
    await Promise.all([act(2), act(3)])
    const count = sized({ sample: 2, whole: 200 })
    const from = performance.now()
    for (let n = 4; n < count + 4; n++) await act(n)
    reportTime('the built-in PostgreSQL', count, from)
    await databases.close()
    expect((await readdir(cacheDirectory)).filter((name) => /new|lock/.test(name))).toEqual([])
  })
})

it('waits for a server for as long as waitTimeout says', async () => {
  await expect(
    testDatabases({ url: 'postgresql://localhost:1/x', waitTimeout: 50 }),
  ).rejects.toMatchObject({ code: 'NOT_READY' })
})
