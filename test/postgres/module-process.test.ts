import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { moduleText, withGatedModule } from '../support/cli/gated-module.ts'
import { logLines } from '../support/cli/log-lines.ts'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { withSidecar } from '../support/cli/sidecar.ts'
import { queryRows } from '../support/database/query.ts'
import { share } from '../support/run/long.ts'
import { servers } from '../support/servers/servers.ts'

/** What a module may try so that the process ends well although it has failed. */
const ATTEMPTS = [
  'process.exit(0)',
  'process.exitCode = 0; throw new Error("boom")',
  'process.on("exit", () => { process.exitCode = 0 }); throw new Error("boom")',
  'process.on("exit", () => process.reallyExit(0)); throw new Error("boom")',
  'Object.defineProperty(process, "exitCode", { get: () => 0, set() {} }); throw new Error("boom")',
  'process.removeAllListeners("exit"); process.exit(0)',
  'process.removeAllListeners(); throw new Error("boom")',
  'process.reallyExit(0)',
  'process.abort()',
  'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})',
  'process.kill(process.pid, "SIGTERM"); await new Promise((end) => setTimeout(end, 60_000))',
  'process.execve("/bin/true", ["true"], {})',
  'process.binding("process_methods").reallyExit(0)',
  'process.emit("exit", 0); throw new Error("boom")',
  'process.emit("uncaughtException", new Error("boom")); throw new Error("boom")',
  'process.setUncaughtExceptionCaptureCallback(() => {}); Promise.reject(new Error("boom")); throw new Error("boom")',
  'setTimeout(() => { throw new Error("boom") }); await new Promise((end) => setTimeout(end, 300))',
  'await new Promise(() => {})',
  'process.stdout.write = () => process.exit(0); console.log(1); throw new Error("boom")',
  'process.stdout.destroy(); process.stderr.destroy(); throw new Error("boom")',
  'process.nextTick(() => process.exit(0)); await new Promise((end) => setTimeout(end, 300))',
  'new (await import("node:worker_threads")).Worker("process.exit(0)", { eval: true }); throw new Error("boom")',
  'const { Session } = await import("node:inspector"); const s = new Session(); s.connectToMainThread(); s.post("Runtime.evaluate", { expression: "process.reallyExit(0)" }); await new Promise((end) => setTimeout(end, 300))',
  'Promise.prototype.then = () => {}; AbortSignal.prototype.throwIfAborted = () => {}; throw new Error("boom")',
  'Error.prepareStackTrace = () => { throw 1 }; throw new Error("boom")',
  'throw null',
  'throw Object.assign(Object.create(null), { get message() { throw 1 } })',
  'const deep = (n) => deep(n + 1); deep(0)',
] as const

describe.each(servers().slice(0, 1))("a module's process, on $name,", (server) => {
  it.each(share(ATTEMPTS, { part: 0, of: 4 }))('has no exit code 0 for: %s', async (attempt) => {
    const text = moduleText(`await db.query('create table made ()'); ${attempt}`)
    await withGatedModule(server, text, async ({ url, run }) => {
      const { exitCode, signal, stdout } = await run()
      expect(exitCode).not.toBe(0)
      if (signal === null) expect(stdout).toMatch(/^gate shut \(exit (50|53|143), /m)
      expect(await queryRows(url, "select to_regclass('made') as made")).toEqual([{ made: null }])
    })
  })

  it.each(share(ATTEMPTS.slice(0, 8), { part: 1, of: 4 }))(
    'has none either where it does so while it is loaded: %s',
    async (attempt) => {
      await withGatedModule(server, moduleText('', attempt), async ({ run }) => {
        const { exitCode, stdout } = await run()
        expect(stdout).toMatch(/^gate shut \(exit 50, REVISION_MODULE\)/m)
        expect(exitCode).toBe(50)
      })
    },
  )

  it('keeps standard output for the verdict', async () => {
    const loud = `console.log('{"loud":1}'); process.stdout.write('loud 2\\n')
  ;(await import('node:fs')).writeSync(1, 'loud 3\\n'); console.info('loud 4')
  ;(await import('node:child_process')).execFileSync('echo', ['loud 5'], { stdio: 'inherit' })`
    await withGatedModule(server, moduleText(loud, loud), async ({ run }) => {
      const { stdout, stderr, exitCode } = await run(['gate', '--json', '--log-format', 'json'])
      expect(exitCode).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ verdict: 'open' })
      const said = logLines({ stdout, stderr }).stderr.map(({ msg }) => msg)
      for (const line of ['{"loud":1}', 'loud 2', 'loud 3', 'loud 4', 'loud 5']) {
        expect(said.filter((text) => text === line)).toHaveLength(2)
      }
    })
  })

  it("hands on values, rows and the server's errors as the driver has them", async () => {
    const text = moduleText(`
  const { rows: [row], rowCount } = await db.query(
    "select $1::bytea as bytes, $2::timestamptz as at, $3::jsonb as doc, $4::int[] as list, $5::int8 as big, null as nothing, $6::interval as pause, array[$6::interval] as pauses",
    [Buffer.from([1, 2, 255]), new Date(0), { a: [new Date(0)] }, [1, 2], 12345678901234567890n % 1000n, '1 day 2 hours'])
  const again = await db.query('select $1::bytea = $2::bytea and $3::interval = $4::interval as same', [row.bytes, row.bytes, row.pause, row.pauses[0]])
  const failure = await db.query('select * from nowhere').catch((error) => error)
  throw new Error(JSON.stringify([Buffer.isBuffer(row.bytes) && [...row.bytes], row.at instanceof Date, row.doc, row.list, row.big, row.nothing, rowCount, again.rows, failure instanceof Error, failure.code, failure.position]))`)
    await withGatedModule(server, text, async ({ run }) => {
      const { stdout } = await run()
      expect(stdout).toContain(
        '[[1,2,255],true,{"a":["1970-01-01T00:00:00.000Z"]},[1,2],"890",null,1,[{"same":true}],true,"42P01","15"]',
      )
    })
  })

  it('is gone once the gate of a sidecar is open', async () => {
    await withGatedModule(
      server,
      moduleText(`await db.query('select 1')`),
      async ({ url, folder }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder, PGATE_EXTENSIONS: '' }
        await withSidecar({ env }, async (sidecar) => {
          await sidecar.until('open', ({ verdict }) => verdict === 'open')
          const children = `/proc/${sidecar.pid}/task/${sidecar.pid}/children`
          expect(await readFile(children, 'utf8')).toBe('')
        })
      },
    )
  })

  it('offers all of Node.js, and what it loads for itself', async () => {
    const text = moduleText(`const { builtinModules } = await import('node:module')
  for (const name of builtinModules.filter((one) => !one.startsWith('_'))) await import('node:' + name.replace(/^node:/, ''))
  process.chdir('/')`)
    await withGatedModule(server, text, async ({ run }) => {
      const { exitCode, stdout } = await run()
      expect(stdout).toContain('gate open (exit 0)')
      expect(exitCode).toBe(0)
    })
  })

  it('ends with the gate, whatever it has left open', async () => {
    const text = moduleText(
      `setInterval(() => {}, 1000); (await import('node:net')).createServer().listen(0)`,
    )
    await withGatedModule(server, text, async ({ run }) => {
      const { exitCode, durationMs } = await run()
      expect(exitCode).toBe(0)
      expect(durationMs).toBeLessThan(10_000)
    })
  })
})

/** A promise that fails and that nobody awaits: at once, and after upgrade() has returned. */
const REJECTIONS = [
  'Promise.reject(new Error("left"))',
  '(async () => { await db.query("select 1"); throw new Error("left") })()',
  'db.query("select 1/0 -- left")',
  'setTimeout(() => Promise.reject(new Error("left")), 1)',
] as const

describe.each([...servers().slice(0, 1), undefined])(
  'a rejection that nobody awaits, on %s,',
  (server) => {
    const part = server === undefined ? 0 : 1
    it.each(share(REJECTIONS, { part, of: 2 }))('shuts the gate: %s', async (rejection) => {
      const text = moduleText(rejection)
      if (server !== undefined) {
        await withGatedModule(server, text, async ({ run }) => {
          const { exitCode, stdout } = await run()
          expect(stdout).toMatch(/gate shut \(exit 50, REVISION_MODULE\).*(left|division by zero)/)
          expect(exitCode).toBe(50)
        })
        return
      }
      await withRevisionFolder(async (folder) => {
        await folder.write('a.mjs', text)
        const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        const { exitCode, stdout } = await runPgate(['gate', '--embedded'], { env })
        expect(stdout).toMatch(/gate shut \(exit 50, REVISION_MODULE\)/)
        expect(exitCode).toBe(50)
      })
    })
  },
)

const LOOPS = [
  ['at once', 'while (true) {}', ''],
  ['after a query', `await db.query('create table made ()'); while (true) {}`, ''],
  ['after a pause', `await new Promise((end) => setTimeout(end, 10)); while (true) {}`, ''],
  ['while it is loaded', '', 'while (true) {}'],
] as const

const SIGNALS = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const

describe.each(servers().slice(0, 1))('a module that never ends, on $name,', (server) => {
  for (const [index, [when, upgrade, top]] of LOOPS.entries()) {
    it.each(share(SIGNALS, { part: index % 2, of: 2 }))(
      `is ended by %s with %d where it loops ${when}`,
      async (signal, exitCode) => {
        await withGatedModule(
          server,
          moduleText(upgrade, `console.error('loaded'); ${top}`),
          async ({ url, start }) => {
            const gate = start()
            await gate.says(top === '' ? /revision\.running|Running upgrade/ : /loaded/)
            await new Promise((end) => setTimeout(end, 300))
            const from = performance.now()
            gate.kill(signal)
            const ended = await gate.ended
            expect(ended).toMatchObject({ exitCode, signal: null })
            expect(ended.stdout).toMatch(
              new RegExp(`^gate shut \\(exit ${exitCode}, INTERRUPTED_${signal}\\)`, 'm'),
            )
            expect(performance.now() - from).toBeLessThan(4_000)
            expect(await queryRows(url, "select to_regclass('made') as made")).toEqual([
              { made: null },
            ])
            expect(
              await queryRows(
                url,
                `select 1 from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
              ),
            ).toEqual([])
          },
        )
      },
    )
  }

  it('is ended by PGATE_DEADLINE with 54', async () => {
    await withGatedModule(
      server,
      moduleText('await db.query("select 1"); while (true) {}'),
      async ({ run }) => {
        const { exitCode, durationMs, stdout } = await run([], { PGATE_DEADLINE: '2s' })
        expect(stdout).toMatch(/^gate shut \(exit 54, MIGRATION_DEADLINE\)/m)
        expect(exitCode).toBe(54)
        expect(durationMs).toBeLessThan(8_000)
      },
    )
  })
})

describe.each(servers().slice(0, 1))('a local file that a module imports, on $name,', (server) => {
  it.each([[], ['manifest']])(
    'is edited with its revision, with or without %j',
    async (...first) => {
      const text = moduleText(`await db.query(sql)`, `import { sql } from './lib/sql.mjs'`)
      await withGatedModule(server, text, async ({ folder, run }) => {
        await mkdir(join(folder, 'lib'))
        await writeFile(join(folder, 'lib/sql.mjs'), `export const sql = 'create table a ()'\n`)
        if (first.length > 0) expect(await run(first)).toMatchObject({ exitCode: 0 })
        expect(await run()).toMatchObject({ exitCode: 0 })
        expect(await run()).toMatchObject({ exitCode: 0 })
        await writeFile(join(folder, 'lib/sql.mjs'), `export const sql = 'create table b ()'\n`)
        const { exitCode, stdout } = await run()
        expect(stdout).toMatch(
          /a\.mjs, lib\/sql\.mjs was edited after revision aaa had been applied/,
        )
        expect(exitCode).toBe(51)
      })
    },
  )
})
