import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Notice, type Session, withSession } from '../../src/postgres/session/session.ts'
import { quoteIdentifier, quoteLiteral } from '../../src/postgres/sql/identifier.ts'
import { locate } from '../../src/postgres/sql/position.ts'
import { isConnectionLost, serverErrorOf } from '../../src/postgres/sql/sqlstate.ts'
import { ask, databaseOf, failuresOf, patiently } from '../support/database/connect.ts'
import { servers } from '../support/servers/servers.ts'

describe.each(servers())('on $name', (server) => {
  const connected = <T>(use: (session: Session) => Promise<T>, parameters = '') =>
    withSession(databaseOf(`${server.url}?${parameters}`), patiently(), use)

  const failure = (running: Promise<unknown>) =>
    running.then(
      () => new Error('nothing failed'),
      (error: unknown) => error,
    )

  const elsewhere = (text: string) => ask(databaseOf(server.url), text)

  it('knows the server, and the process behind the session', async () => {
    await connected(async (session) => {
      expect(session.server).toEqual({ text: server.version, major: server.major })
      const { rows } = await session.query('select pg_catalog.pg_backend_pid() as pid')
      expect(rows).toEqual([{ pid: session.processId }])
    })
  })

  it('names itself to the server, and passes options on', async () => {
    const parameters = 'application_name=api&options=-c%20search_path%3Dnowhere'
    await connected(async (session) => {
      const { rows } = await session.query(
        `select current_setting('application_name') as name,
                current_setting('search_path') as path,
                current_setting('client_encoding') as encoding`,
      )
      expect(rows).toEqual([{ name: 'pgate 1.2.3 api', path: 'nowhere', encoding: 'UTF8' }])
    }, parameters)
  })

  it('takes nothing from the environment of the process', async () => {
    const variables = { PGOPTIONS: '-c search_path=nowhere', PGSSLNEGOTIATION: 'direct' }
    Object.assign(process.env, variables)
    try {
      await connected(async (session) => {
        const { rows } = await session.query("select current_setting('search_path') as path")
        expect(rows).toEqual([{ path: '"$user", public' }])
      })
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name]
    }
  })

  it('runs several statements at once and gives the rows of the last', async () => {
    await connected(async (session) => {
      expect(await session.query("select 1 as a; select 'x' as b")).toEqual({
        rows: [{ b: 'x' }],
        rowCount: 1,
      })
      expect(await session.query('select 1 as a; set lock_timeout = 0')).toEqual({
        rows: [],
        rowCount: 0,
      })
      expect(await session.query('')).toEqual({ rows: [], rowCount: 0 })
    })
  })

  it('runs one statement with values, and refuses several', async () => {
    await connected(async (session) => {
      const { rows } = await session.query('select $1::int8 as a, $2::text[] as b', [1, ['x', 'y']])
      expect(rows).toEqual([{ a: '1', b: ['x', 'y'] }])
      expect(await failure(session.query('select 1; select 2', []))).toMatchObject({
        code: '42601',
      })
    })
  })

  it('counts the rows that were changed', async () => {
    await connected(async (session) => {
      await session.query('create temporary table t (x int)')
      const { rowCount } = await session.query('insert into t select generate_series(1, 3)')
      expect(rowCount).toBe(3)
    })
  })

  it('queues what is asked at the same time, in order, with no warning of the driver', async () => {
    const warnings: Error[] = []
    const listener = (warning: Error) => warnings.push(warning)
    process.on('warning', listener)
    await connected(async (session) => {
      const done: number[] = []
      const numbers = Array.from({ length: 20 }, (_, index) => index)
      const running = numbers.map(async (number) => {
        const values = number % 2 === 0 ? undefined : [number]
        await session.query(values === undefined ? 'select 0' : 'select $1::int', values)
        done.push(number)
      })
      await Promise.all(running)
      expect(done).toEqual(numbers)
    })
    process.off('warning', listener)
    expect(warnings).toEqual([])
  })

  it('knows the transaction status, right after a failed statement too', async () => {
    await connected(async (session) => {
      expect(session.transactionStatus()).toBe('idle')
      await session.query('begin')
      expect(session.transactionStatus()).toBe('open')
      for (const values of [undefined, [1]]) {
        await failure(session.query('select nonsense + $1', values))
        expect(session.transactionStatus()).toBe('failed')
        await session.query('rollback; begin')
        expect(session.transactionStatus()).toBe('open')
      }
      await session.query('commit')
      expect(session.transactionStatus()).toBe('idle')
    })
    const session = await databaseOf(server.url).connect(patiently())
    await session.close()
    expect(session.transactionStatus()).toBe('unknown')
  })

  it('goes on after values that cannot be sent', async () => {
    await connected(async (session) => {
      const circular: { self?: unknown } = {}
      circular.self = circular
      expect(await failure(session.query('select $1::json', [circular]))).toBeInstanceOf(TypeError)
      expect((await session.query('select 1 as one')).rows).toEqual([{ one: 1 }])
      expect(session.transactionStatus()).toBe('idle')
    })
  })

  it('passes notices on', async () => {
    await connected(async (session) => {
      const notices: Notice[] = []
      session.onNotice((notice) => notices.push(notice))
      await session.query("do $$ begin raise warning 'mind this'; end $$")
      expect(notices).toEqual([{ severity: 'WARNING', code: '01000', message: 'mind this' }])
    })
  })

  it('keeps of an error what the server said, and where, in characters', async () => {
    await connected(async (session) => {
      const text = "select '😀',\r\n  '😀', nonsense"
      const error = serverErrorOf(await failure(session.query(text)))
      expect(error).toMatchObject({ sqlstate: '42703', position: 21 })
      const place = locate({ text, line: 10, column: 3 }, error?.position ?? 0)
      expect(place).toEqual({ line: 11, column: 8, text: "  '😀', nonsense" })
    })
  })

  it('never reports the detail, which holds row values', async () => {
    await connected(async (session) => {
      await session.query('create temporary table t (email text constraint one unique)')
      await session.query("insert into t values ('a@b.c')")
      const error = await failure(session.query("insert into t values ('a@b.c')"))
      expect(error).toMatchObject({ code: '23505', detail: expect.stringContaining('a@b.c') })
      expect(inspect(serverErrorOf(error))).not.toContain('a@b.c')
      expect(serverErrorOf(error)).toMatchObject({ sqlstate: '23505', constraint: 'one' })
    })
  })

  it.each(['on', 'off'])(
    'quotes for a server with standard_conforming_strings %s',
    async (value) => {
      await connected(async (session) => {
        await session.query(`set standard_conforming_strings = ${value}`)
        for (const text of ["it's", 'a\\b', "\\'", '"', '']) {
          const { rows } = await session.query(`select${quoteLiteral(text).padStart(99)} as text`)
          expect(rows).toEqual([{ text }])
        }
        const name = 'Strange "name" with \\ and 😀'
        const { rows } = await session.query(`select 1 as ${quoteIdentifier(name)}`)
        expect(rows).toEqual([{ [name]: 1 }])
      })
    },
  )

  describe('logging in', () => {
    const url = new URL(server.url)
    const password = decodeURIComponent(url.password)
    const with_ = (given: string) => server.url.replace(`:${url.password}@`, given)

    it.each([
      ['a wrong password', with_(':wrong@'), '28P01'],
      ['no password', with_('@'), 'NO_PASSWORD'],
      ['no such database', server.url.replace(/postgres$/, 'no such db'), '3D000'],
      ['no such role', server.url.replace('//postgres:', '//nobody_here:'), '28P01'],
    ])('fails with %s, and the server counts as accepting', async (_, wrong, reason) => {
      const database = databaseOf(wrong)
      const failures = await failuresOf(database)
      expect(failures).toEqual([
        { host: url.host, ping: 'accepting', reason, message: expect.any(String) },
      ])
      expect(inspect(failures)).not.toContain(password)
    })

    it('reads the password file, and leaves alone one that others may read', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'pgate-test-passfile-'))
      const passfile = join(folder, 'pass')
      const line = `${url.hostname}:${url.port}:*:postgres:${password.replaceAll(/[\\:]/g, '\\$&')}\n`
      try {
        await writeFile(passfile, `# mine\nelsewhere:*:*:*:wrong\n${line}`, { mode: 0o600 })
        const address = `${with_('@')}?passfile=${encodeURIComponent(passfile)}`
        expect(await ask(databaseOf(address), 'select 1 as one')).toEqual({ one: 1 })
        await chmod(passfile, 0o644)
        const database = databaseOf(address)
        expect(await failuresOf(database)).toMatchObject([{ reason: 'NO_PASSWORD' }])
        expect(database.warnings).toEqual([expect.stringContaining('chmod 0600')])
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  })

  describe('cancel', () => {
    it('ends the running statement and leaves the session usable', async () => {
      const database = databaseOf(server.url)
      await withSession(database, patiently(), async (session) => {
        const running = failure(session.query('select pg_catalog.pg_sleep(30)'))
        // A request that overtakes the statement finds nothing to cancel.
        const timer = setInterval(() => void session.cancel(), 200)
        expect(await running).toMatchObject({ code: '57014' })
        clearInterval(timer)
        await expect
          .poll(() => failure(session.query('select 1')))
          .toMatchObject({ message: 'nothing failed' })
        expect(database.warnings).toEqual([])
      })
    })

    it('does not reject where nobody can be asked', async () => {
      const session = await databaseOf(server.url).connect(patiently())
      await session.close()
      await expect(session.cancel()).resolves.toBeUndefined()
    })
  })

  describe('a session that the server ends', () => {
    const end = (session: Session) =>
      elsewhere(`select pg_catalog.pg_terminate_backend(${session.processId})`)

    it('fails the next query', async () => {
      await connected(async (session) => {
        await end(session)
        await expect.poll(() => session.transactionStatus()).toBe('unknown')
        for (let again = 0; again < 2; again += 1) {
          const error = await failure(session.query('select 1'))
          expect(error).toMatchObject({ code: '57P01' })
          expect(isConnectionLost(error)).toBe(true)
        }
      })
    })

    it('fails the running query', async () => {
      await connected(async (session) => {
        const running = failure(session.query('select pg_catalog.pg_sleep(30)'))
        setTimeout(() => void end(session), 100)
        const error = await running
        expect(error).toMatchObject({ code: '57P01' })
        expect(isConnectionLost(error)).toBe(true)
        expect(session.transactionStatus()).toBe('unknown')
      })
    })
  })

  it('refuses queries once it is closed, and may be closed again', async () => {
    const session = await databaseOf(server.url).connect(patiently())
    await session.close()
    await session.close()
    const error = await failure(session.query('select 1'))
    expect(error).toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect(isConnectionLost(error)).toBe(true)
  })

  it('closes under a running statement', async () => {
    const session = await databaseOf(server.url).connect(patiently())
    const running = failure(session.query('select pg_catalog.pg_sleep(30)'))
    setTimeout(() => void session.close(), 100)
    expect(isConnectionLost(await running)).toBe(true)
  })
})
