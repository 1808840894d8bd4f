import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  type EmbeddedOptions,
  embeddedDatabase,
  withEmbedded,
} from '../../src/embedded/embedded.ts'
import { GateError } from '../../src/errors/error.ts'
import { type Database, type Session, withSession } from '../../src/postgres/session/session.ts'

const OWNER = { pid: process.pid, hostName: hostname(), isAlive: () => true }
const NO_TEMPLATE = pathToFileURL('/nowhere/template.tar.zst')

function session<T>(database: Database, use: (session: Session) => Promise<T>): Promise<T> {
  const signal = new AbortController().signal
  return withSession(database, { timeoutMs: 1000, signal }, use)
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-embedded-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function failureOf(started: Promise<unknown>): Promise<unknown> {
  return started.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe.each([
  ['a prepared cluster', {}],
  ['no prepared cluster', { templateUrl: NO_TEMPLATE }],
] as const)('in memory, from %s', (_, source) => {
  it('offers vector and uuid-ossp without having created them', async () => {
    await withEmbedded({ ...OWNER, ...source }, (database) =>
      session(database, async (open) => {
        const { rows } = await open.query(`
          select name, installed_version from pg_available_extensions
          where name in ('vector', 'uuid-ossp') order by name`)
        expect(rows).toEqual([
          { name: 'uuid-ossp', installed_version: null },
          { name: 'vector', installed_version: null },
        ])
        await open.query('create extension vector')
        await open.query('create extension "uuid-ossp"')
        const distance = await open.query(`select '[1,2]'::vector <-> '[1,3]'::vector as d`)
        expect(distance.rows).toEqual([{ d: 1 }])
      }),
    )
  })

  it('runs with the settings that initdb would have chosen', async () => {
    await withEmbedded({ ...OWNER, ...source }, (database) =>
      session(database, async (open) => {
        const { rows } = await open.query(`
          select current_setting('TimeZone') as zone, current_setting('shared_buffers') as buffers,
                 current_setting('default_text_search_config') as search,
                 current_setting('server_encoding') as encoding`)
        expect(rows).toEqual([
          { zone: 'UTC', buffers: '4MB', search: 'pg_catalog.english', encoding: 'UTF8' },
        ])
      }),
    )
  })
})

describe('a session of the embedded PostgreSQL', () => {
  it('says its version, and the process id that the backend says', async () => {
    await withEmbedded(OWNER, async (database) => {
      expect(database).toMatchObject({ label: 'embedded', exclusive: true })
      await session(database, async (open) => {
        expect(open.server.major).toBe(18)
        const { rows } = await open.query('select pg_backend_pid() as pid')
        expect(rows).toEqual([{ pid: open.processId }])
      })
    })
  })

  it('reports the state of the transaction, errors by SQLSTATE and notices', async () => {
    await withEmbedded(OWNER, (database) =>
      session(database, async (open) => {
        const notices: string[] = []
        open.onNotice((notice) => notices.push(notice.message))
        await open.query('begin')
        expect(open.transactionStatus()).toBe('open')
        const failure = await failureOf(open.query('select * from missing'))
        expect(failure).toMatchObject({ code: '42P01', position: '15' })
        expect(open.transactionStatus()).toBe('failed')
        await open.query('rollback')
        expect(open.transactionStatus()).toBe('idle')
        await open.query(`do $$ begin raise notice 'heard'; end $$`)
        expect(notices).toContain('heard')
      }),
    )
  })

  it('runs values, several statements at once and CREATE INDEX CONCURRENTLY', async () => {
    await withEmbedded(OWNER, (database) =>
      session(database, async (open) => {
        await open.query('create table t (id int); insert into t values (1), (2)')
        await open.query('create index concurrently t_id on t (id)')
        const { rows, rowCount } = await open.query('select id from t where id = $1', [2])
        expect({ rows, rowCount }).toEqual({ rows: [{ id: 2 }], rowCount: 1 })
      }),
    )
  })

  it('begins as if new: the settings and the transaction of the one before are gone', async () => {
    await withEmbedded(OWNER, async (database) => {
      const before = await session(database, async (open) => {
        const { rows } = await open.query('show search_path')
        await open.query('set search_path to nowhere')
        await open.query('begin')
        await open.query('create table public.half_done (id int)')
        return rows
      })
      await session(database, async (open) => {
        expect((await open.query('show search_path')).rows).toEqual(before)
        const { rows } = await open.query(`select to_regclass('public.half_done') as half`)
        expect(rows).toEqual([{ half: null }])
        expect(open.transactionStatus()).toBe('idle')
      })
    })
  })

  it('refuses a second one while it is open instead of waiting for ever', async () => {
    await withEmbedded(OWNER, async (database) => {
      await session(database, async () => {
        const second = failureOf(session(database, async () => 'reached'))
        expect(await second).toEqual(
          new Error('the embedded PostgreSQL has one session, and that one is open'),
        )
      })
      expect(await session(database, async () => 'after it was closed')).toBe('after it was closed')
    })
  })
})

describe('in a directory', () => {
  it.each([
    ['a prepared cluster', {}],
    ['no prepared cluster', { templateUrl: NO_TEMPLATE }],
  ] as const)('keeps its rows from one start to the next, from %s', async (_, source) => {
    await withFolder(async (folder) => {
      const options: EmbeddedOptions = { ...OWNER, ...source, directory: join(folder, 'new', 'db') }
      await withEmbedded(options, (database) =>
        session(database, async (open) => {
          await open.query('create table kept (id int); insert into kept values (7)')
        }),
      )
      const rows = await withEmbedded(options, (database) =>
        session(database, async (open) => (await open.query('select id from kept')).rows),
      )
      expect(rows).toEqual([{ id: 7 }])
      expect(await readdir(join(folder, 'new', 'db'))).toEqual(['data'])
    })
  })

  it('takes no cluster that an earlier start left half-made', async () => {
    await withFolder(async (folder) => {
      const options = { ...OWNER, directory: folder }
      await withEmbedded(options, async () => {})
      await rm(join(folder, 'data', 'PG_VERSION'))
      await rm(join(folder, 'data'), { recursive: true })
      await writeFile(join(folder, 'data.new'), 'half')
      const rows = await withEmbedded(options, (database) =>
        session(database, async (open) => (await open.query('select 1 as one')).rows),
      )
      expect(rows).toEqual([{ one: 1 }])
    })
  })

  it('refuses a directory that is open, names who has it, and gives it back', async () => {
    await withFolder(async (folder) => {
      const options = { ...OWNER, directory: folder }
      const first = await embeddedDatabase(options)
      const file = join(folder, 'pgate.lock')
      const refused = await failureOf(embeddedDatabase(options))
      expect(refused).toBeInstanceOf(GateError)
      expect(refused).toMatchObject({
        code: 'EMBEDDED_LOCKED',
        facts: { file, pid: process.pid, host: hostname() },
      })
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
        pid: process.pid,
        host: hostname(),
      })
      await first.close()
      await withEmbedded(options, async () => {})
    })
  })
})
