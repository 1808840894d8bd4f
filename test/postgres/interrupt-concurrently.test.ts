import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { withClient } from '../support/database/query.ts'
import { lastLine } from '../support/docker/docker.ts'
import { untilRuns } from '../support/faults/interrupt.ts'
import { freezable, throughListener, withListener } from '../support/network/network.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const FIRST = revisionText({
  id: 'aaa',
  upgrade: `create table t (id int, at date); create index t_at on t (at);
create table p (id int) partition by range (id); create table p1 partition of p for values from (1) to (9);`,
})

/** A statement that waits for the transaction of somebody else, and what it leaves when it is ended. */
const SCENES = [
  [
    'create index concurrently t_id on t (id)',
    't',
    /Index t_id is left, invalid, and the next run drops it and builds it again/,
  ],
  ['create index concurrently on t (id)', 't', /Index t_id_idx is left, invalid/],
  [
    'reindex index concurrently t_at',
    't',
    /Index t_at_ccnew is left, invalid, and the next run drops it/,
  ],
  ['drop index concurrently t_at', 't', /Index t_at is left, invalid, and the next run drops it/],
  [
    'alter table p detach partition p1 concurrently',
    'p',
    /Partition "p1" is left half detached; the next run finishes that/,
  ],
] as const

describe.each(servers({ docker: true }).slice(0, 1))('an interrupt on $name', (server) => {
  it.each(SCENES)(
    'of %s says what stays and what the next run does',
    async (sql, table, reported) => {
      await withRevisionFolder(async ({ path, write }) => {
        await withDatabase(server, async ({ url }) => {
          const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
          await write('a.sql', FIRST)
          expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
          await write(
            'b.sql',
            revisionText({ id: 'bbb', revises: 'aaa', upgrade: `select 1;\n${sql};` }),
          )
          await withClient(url, async (holder) => {
            await withClient(url, async (observer) => {
              await holder.query(`begin isolation level repeatable read; select * from ${table}`)
              const gate = startPgate([], { env })
              await untilRuns(observer, gate, { runs: 'concurrently' })
              await untilRow(
                observer,
                `select from pg_stat_activity where application_name like 'pgate%' and wait_event_type = 'Lock'`,
              )
              gate.kill('SIGINT')
              const { exitCode, stdout } = await gate.ended
              expect(exitCode).toBe(130)
              expect(lastLine(stdout)).toMatch(/Next: Statement 1 stands\. /)
              expect(lastLine(stdout)).toMatch(reported)
              expect(stdout).not.toContain('half-done')
            })
            await holder.query('rollback')
          })
          expect(await runPgate([], { env })).toMatchObject({
            exitCode: sql.includes(' on t') && !sql.includes('t_id') ? 60 : 0,
          })
        })
      })
    },
  )

  it.each([
    [
      'a revision in a transaction',
      'select pg_sleep(600);',
      'auto',
      /PostgreSQL did not answer in time: /,
    ],
    ['a module', '', 'module', /PostgreSQL did not answer in time: it rolls the revision back/],
    ['a statement outside a transaction', '', 'off', /Whether|could not be asked/],
  ] as const)('of %s on a server that does not answer says so', async (_, sql, kind, reported) => {
    await withRevisionFolder(async ({ path, write }) => {
      await withDatabase(server, async ({ url }) => {
        const frozen = freezable(url)
        await withListener(frozen.serve, async (listener) => {
          const DATABASE_URL = throughListener(url, listener)
          const env = { DATABASE_URL, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
          const body = kind === 'off' ? 'select pg_sleep(600);' : sql
          if (kind === 'module') await write('a.mjs', MODULE)
          else await write('a.sql', revisionText({ id: 'aaa', upgrade: body, transaction: kind }))
          await withClient(url, async (observer) => {
            const gate = startPgate([], { env })
            const statement = await untilRuns(observer, gate, { runs: 'pg_sleep' })
            frozen.freeze()
            gate.kill('SIGTERM')
            const { exitCode, stdout } = await gate.ended
            expect(exitCode).toBe(143)
            expect(lastLine(stdout)).toMatch(reported)
            expect(stdout).not.toMatch(/half-done|nothing of it is left/)
            await observer.query('select pg_terminate_backend($1)', [statement.pid])
          })
        })
      })
    })
  })
})

const MODULE = `export const revision = 'aaa', revises = null
export const upgrade = (db) => db.query('select pg_sleep(600)')
`

async function untilRow(observer: Client, sql: string): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (((await observer.query(sql)).rowCount ?? 0) > 0) return
    await delay(25)
  }
  throw new Error(`no row: ${sql}`)
}
