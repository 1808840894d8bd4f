import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { startPgate } from '../support/cli/cli.ts'
import {
  type RevisionFolder,
  revisionText,
  withRevisionFolder,
} from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import {
  journalRuns,
  killGate,
  outline,
  untilWaiting,
  withHeldGate,
} from '../support/faults/crash.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const BUILD = 'CREATE INDEX CONCURRENTLY t_new ON t (id);'
const ON_T = { event: 'relation', query: /\bt\b/ } as const
const HOLD_T = 'lock table t in exclusive mode'

describe.each(servers().slice(0, 1))('a resumed run on $name', (server) => {
  it.each([
    ['a statement that rolls back', 'INSERT INTO t VALUES (2);\nVACUUM t;'],
    ['an index build that comes through', `${BUILD}\nINSERT INTO t VALUES (2);`],
  ])('waits for the session that a killed gate has left in %s', async (_, upgrade) => {
    await withPlace(upgrade, async ({ url, env }) => {
      const second = await withHeldGate({ url, env, hold: HOLD_T, waiting: ON_T }, async (held) => {
        await killGate(held.gate)
        const gate = startPgate([], { env })
        await gate.says(/lock\.wait|revision\.resume/)
        const { stderr } = gate.output()
        // A server that has noticed the loss by then has ended that session itself.
        if (stderr.includes('lock.wait')) expect(stderr).toContain(`pid ${held.pid}`)
        await held.holder.query('commit')
        return gate.ended
      })
      expect(second).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select id from t order by id')).toEqual([{ id: 1 }, { id: 2 }])
      expect(await journalRuns(url)).toEqual([
        { revision: 'aaa', action: 'upgrade', outcome: 'done', statements_done: 2 },
      ])
    })
  })

  it('records the index that was built before the interrupt reached it', async () => {
    await withPlace(
      `${BUILD}\nINSERT INTO t VALUES (2);`,
      async ({ url, env }) => {
        await withHeldGate({ url, env, hold: HOLD_T, waiting: ON_T }, async ({ gate, holder }) => {
          await withClient(url, async (keeper) => {
            await keeper.query('begin; lock table pgate_journal in share row exclusive mode')
            await holder.query('commit')
            await untilWaiting(holder, gate, {
              event: 'relation',
              query: /lock table.*pgate_journal/s,
            })
            gate.kill('SIGTERM')
            await gate.says(/"event":"interrupt"/)
            await keeper.query('commit')
          })
          expect((await gate.ended).exitCode).toBe(143)
        })
        expect(await journalRuns(url)).toEqual([
          { revision: 'aaa', action: 'upgrade', outcome: 'interrupted', statements_done: 1 },
        ])
        expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
        expect(await journalRuns(url)).toEqual([
          { revision: 'aaa', action: 'upgrade', outcome: 'done', statements_done: 2 },
        ])
      },
      '100ms',
    )
  })

  it('does not believe an index of that name that somebody else has made', async () => {
    await withPlace(`INSERT INTO t VALUES (2);\n${BUILD}`, async ({ url, env }) => {
      await queryRows(url, 'create index t_new on t ((id + 1))')
      for (const run of ['the first', 'the second']) {
        const result = await runPgateHere([], { env })
        expect(result, run).toMatchObject({ exitCode: 53 })
        expect(result.stdout).toContain('42P07')
      }
      await queryRows(url, 'drop index t_new')
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select id from t order by id')).toEqual([{ id: 1 }, { id: 2 }])
    })
  })

  it('goes on by statements where the file was fixed into one transaction', async () => {
    const fails = 'INSERT INTO t VALUES (2);\nCREATE INDEX CONCURRENTLY t_new ON t (nowhere);'
    await withPlace(fails, async ({ url, env, folder }) => {
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 53 })
      const upgrade = 'INSERT INTO t VALUES (2);\nCREATE INDEX t_new ON t (id);'
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select id from t order by id')).toEqual([{ id: 1 }, { id: 2 }])
    })
  })

  it('still fails where an index that is to be dropped was never there', async () => {
    await withPlace('DROP INDEX CONCURRENTLY nowhere;', async ({ url, env }) => {
      expect((await runPgateHere([], { env })).stdout).toContain('42704')
      expect((await runPgateHere([], { env })).stdout).toContain('42704')
      expect(await outline(url)).toContainEqual(expect.objectContaining({ name: 't' }))
    })
  })

  it('takes a killed downgrade up where it stopped', async () => {
    const downgrade = 'INSERT INTO u VALUES (1);\nDROP INDEX CONCURRENTLY t_new;'
    await withPlace(BUILD, async ({ url, env, folder }) => {
      await queryRows(url, 'create table u (id int)')
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: BUILD, downgrade }))
      const args = ['downgrade', 'base']
      const waiting = { event: 'relation', query: /drop index/i } as const
      await withHeldGate({ url, env, args, hold: HOLD_T, waiting }, ({ gate }) => killGate(gate))
      expect(await runPgateHere(['downgrade', 'base'], { env })).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select id from u')).toEqual([{ id: 1 }])
      expect(await queryRows(url, 'select version_num from alembic_version')).toEqual([])
    })
  })

  interface Place {
    readonly url: string
    readonly env: Readonly<Record<string, string>>
    readonly folder: RevisionFolder
  }

  /** A database with a table t of one row, and one revision to run on it. */
  async function withPlace(
    upgrade: string,
    use: (place: Place) => Promise<void>,
    lockTimeout = '60s',
  ): Promise<void> {
    await withRevisionFolder(async (folder) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
      await withDatabase(server, async ({ url }) => {
        await queryRows(url, 'create table t (id int); insert into t values (1)')
        const env = {
          DATABASE_URL: url,
          PGATE_MIGRATIONS: folder.path,
          PGATE_EXTENSIONS: '',
          PGATE_DDL_LOCK_TIMEOUT: lockTimeout,
        }
        await use({ url, env, folder })
      })
    })
  }
})
