import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import {
  check,
  downgrade,
  fleet,
  GateError,
  gate,
  manifest,
  type RunOptions,
  status,
  upgrade,
  verify,
  wait,
} from '../../src/index.ts'
import { type RevisionFolder, revisionText } from '../support/cli/revision-folder.ts'
import { gateLockKey } from '../support/database/gate-lock.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/library')

describe.each(anyServer())('the package in a process of its user, on $name,', (server) => {
  const it = testOn(server)

  it('runs gates side by side, ends one by its signal, and leaves the process as it was', async ({
    database: done,
    folder,
  }) => {
    await withDatabase(server, async (aborted) =>
      withDatabase(server, async (plain) => {
        const [first, second, third] = await writeFolders(folder)
        const report = await runFixture('next-to-user-code.mjs', {
          done: { databaseUrl: done.url, migrations: first, extensions: [] },
          aborted: { databaseUrl: aborted.url, migrations: second, extensions: [] },
          plain: { databaseUrl: plain.url, migrations: third, extensions: [] },
        })
        expect(report).toEqual({
          first: ['aaa'],
          second: { isGateError: true, code: 'INTERRUPTED', cause: 'enough' },
          third: ['ccc'],
          next: 'A gate would open: there is nothing to do.',
          changed: [],
          flags: [],
          heard: [],
          written: [],
          isOwnAlive: true,
          isTicking: true,
        })
        expect(await queryRows(aborted.url, "select to_regclass('made') as made")).toEqual([
          { made: null },
        ])
      }),
    )
  })

  it('runs in a worker, by require, within a process that evaluates a text', async ({
    database: { url },
    folder,
  }) => {
    const [first = ''] = await writeFolders(folder)
    const data = { databaseUrl: url, migrations: first, extensions: [] }
    const worker = JSON.stringify(join(FIXTURES, 'in-a-worker.cjs'))
    const text = `import { Worker } from 'node:worker_threads'
      new Worker(${worker}, { workerData: ${JSON.stringify(data)} }).on('message', (said) => console.log(JSON.stringify(said)))`
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', text])
    expect(JSON.parse(stdout)).toEqual({ applied: ['aaa'], refused: 'REVISION_UNKNOWN_TARGET' })
    expect(stderr).not.toContain('pgate')
  })
})

describe.each(anyServer())('the functions of the package, on $name,', (server) => {
  const it = testOn(server)

  it('do what the commands do, and resolve to what --json prints', async ({
    database: { url },
    folder,
  }) => {
    const options = await writeTwo(folder, url)
    expect(await wait(options)).toMatchObject({ server: expect.any(String), steps: [{}] })
    expect(await upgrade({ ...options, dryRun: true })).toMatchObject({
      pending: [{ revision: 'aaa' }, { revision: 'bbb' }],
      versions: [],
    })
    const before = await failureOf(check(options))
    expect(before).toMatchObject({ code: 'HISTORY_PENDING', exitCode: 51, retriable: false })
    expect(await upgrade({ ...options, target: 'aaa' })).toMatchObject({ versions: ['aaa'] })
    expect(await manifest(options)).toMatchObject({ heads: ['bbb'], objects: expect.any(Number) })
    const { applied, verify: proof, steps, message } = await gate(options)
    expect(applied).toMatchObject([{ revision: 'bbb', action: 'upgrade', mode: 'transaction' }])
    expect(proof).toMatchObject({ mode: 'manifest', unchanged: false, versions: ['bbb'] })
    expect(steps.map(({ name }) => name)).toEqual(['wait', 'extensions', 'migrate', 'verify'])
    expect(message).toBe('the database is ready; the API may start')
    expect(await wait({ ...options, for: 'head' })).toMatchObject({ versions: ['bbb'] })
    expect(await verify({ ...options, strict: true, repair: true })).toMatchObject({ repaired: [] })
    expect(await check(options)).toMatchObject({ steps: [{ name: 'wait' }] })
    expect(await status(options)).toMatchObject({ faults: [], format: 'pgate' })
    await queryRows(url, 'create table extra ()')
    const drifted = await failureOf(verify({ ...options, strict: true }))
    expect(drifted).toMatchObject({ code: 'VERIFY_DRIFT', exitCode: 60 })
    const back = await downgrade({ ...options, target: '-1', dryRun: true })
    expect(back).toMatchObject({ pending: [{ revision: 'bbb' }] })
    expect(await downgrade({ ...options, target: 'base' })).toMatchObject({ versions: [] })
  })

  it('apply once, however many are called at the same time with the same frozen options', async ({
    database: { url },
    folder,
  }) => {
    const options = Object.freeze(await writeTwo(folder, url))
    const results = await Promise.all(Array.from({ length: 6 }, () => gate(options)))
    const applied = results.flatMap((result) => result.applied.map(({ revision }) => revision))
    expect(applied).toEqual(['aaa', 'bbb'])
    expect(results.map(({ versions }) => versions)).toEqual(results.map(() => ['bbb']))
  })

  it('hand back what each target of a fleet came to, also where one of them fails', async ({
    database: { url },
    folder,
  }) => {
    const { migrations, extensions } = await writeTwo(folder, url)
    const list = { migrations, extensions, authGrace: 0, fleet: join(folder.path, 'list.txt') }
    await folder.write('list.txt', `one ${url} one\ntwo ${url} two\n`)
    expect(await fleet(list)).toMatchObject({ targets: 2, applied: 2, failed: {}, failures: [] })
    await folder.write('list.txt', `one ${url} one\ntwo ${url}_no_such\n`)
    const failure = await failureOf(fleet({ ...list, what: 'status' }))
    expect(failure).toMatchObject({
      code: 'CONNECTION_REFUSED',
      facts: { targets: 2, failures: [{ target: 'two', code: 'CONNECTION_REFUSED' }] },
    })
  })

  it('reject with INTERRUPTED wherever the signal reaches them, and leave nothing behind', async ({
    database: { url },
    folder,
  }) => {
    const options = await writeTwo(folder, url, 'select pg_sleep(60);')
    const reason = new Error('enough')
    const aborted = AbortSignal.abort(reason)
    expect(await failureOf(gate({ ...options, signal: aborted }))).toMatchObject(INTERRUPTED)

    const during = async (until: () => Promise<unknown>, more: Partial<RunOptions> = {}) => {
      const controller = new AbortController()
      const running = failureOf(gate({ ...options, ...more, signal: controller.signal }))
      await until()
      controller.abort(reason)
      return running
    }
    const ofStatement = await during(() => untilThereIs(url, "query like '%pg_sleep%'"))
    expect(ofStatement).toMatchObject({ ...INTERRUPTED, cause: reason })
    const nowhere = { databaseUrl: 'postgres://app@127.0.0.1:1/x' }
    expect(await during(() => delay(300), nowhere)).toMatchObject(INTERRUPTED)

    const left = `select array_agg(version_num::text) as versions, (select count(*)::int from pg_stat_activity
      where datname = current_database() and application_name like 'pgate%') as sessions from alembic_version`
    expect(await queryRows(url, left)).toEqual([{ versions: ['aaa'], sessions: 0 }])

    await withClient(url, async (client) => {
      await client.query(`select pg_advisory_lock(${gateLockKey()})`)
      let heard = () => {}
      const isWaiting = new Promise<void>((resolve) => {
        heard = resolve
      })
      const info = ({ event = '' }: { event?: string }) => event === 'lock.wait' && heard()
      const logger = { ...SILENT, info }
      expect(await during(() => isWaiting, { logger })).toMatchObject(INTERRUPTED)
    })
    expect(await queryRows(url, left)).toEqual([{ versions: ['aaa'], sessions: 0 }])
  })

  it('log to what is handed in, and end in order where that throws', async ({
    database: { url },
    folder,
  }) => {
    const options = await writeTwo(folder, url)
    let calls = 0
    const throwing = () => {
      calls += 1
      throw new Error('disk full')
    }
    const failure = await failureOf(gate({ ...options, logger: { ...SILENT, debug: throwing } }))
    expect(failure).toMatchObject({ code: 'INTERRUPTED', cause: { message: 'disk full' } })
    expect(failure.message).toBe('interrupted, as the logger threw: disk full')
    expect(calls).toBe(1)

    const lines: object[] = []
    const info = (fields: object, message: string) => lines.push({ ...fields, message })
    await gate({ ...options, logger: { ...SILENT, info } })
    expect(lines).toContainEqual(expect.objectContaining({ service: 'pgate', revision: 'aaa' }))
  })
})

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const INTERRUPTED = { code: 'INTERRUPTED', exitCode: 130, retriable: true }

async function writeTwo(
  folder: RevisionFolder,
  databaseUrl: string,
  second = 'create table b ();',
) {
  const first = 'create table made (id int primary key);'
  await folder.write(
    'a.sql',
    revisionText({ id: 'aaa', upgrade: first, downgrade: 'drop table made;' }),
  )
  const more = { id: 'bbb', revises: 'aaa', downgrade: 'drop table b;' }
  await folder.write('b.sql', revisionText({ ...more, upgrade: second }))
  return { databaseUrl, migrations: folder.path, extensions: [] }
}

async function failureOf(call: Promise<unknown>): Promise<GateError> {
  const failure = await call.then(
    () => 'it resolved',
    (error: unknown) => error,
  )
  if (failure instanceof GateError) return failure
  throw failure
}

async function untilThereIs(url: string, session: string): Promise<void> {
  const text = `select from pg_stat_activity where datname = current_database() and (${session})
    and application_name like 'pgate%'`
  while ((await queryRows(url, text)).length === 0) await delay(20)
}

/** A TypeScript revision that takes a while, one that takes for ever, and one in SQL. */
async function writeFolders(folder: RevisionFolder): Promise<readonly string[]> {
  const module = (id: string, seconds: number) => `import { defineRevision } from 'pgate'
export default defineRevision({
  revision: '${id}',
  revises: null,
  async upgrade(db: { query(text: string): Promise<unknown> }) {
    await db.query('create table made ()')
    await db.query('select pg_sleep(${seconds})')
  },
})
`
  await folder.write('first/aaa.ts', module('aaa', 0.3))
  await folder.write('second/bbb.ts', module('bbb', 60))
  await folder.write('third/ccc.sql', revisionText({ id: 'ccc', upgrade: 'create table made ();' }))
  return ['first', 'second', 'third'].map((name) => join(folder.path, name))
}

async function runFixture(name: string, given: object): Promise<unknown> {
  const { stdout } = await run(process.execPath, [join(FIXTURES, name), JSON.stringify(given)])
  return JSON.parse(stdout)
}

const run = (program: string, args: readonly string[]) =>
  promisify(execFile)(program, args, { timeout: 60_000 })
