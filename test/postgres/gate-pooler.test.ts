import { describe, expect, it } from 'vitest'
import { withGateLock } from '../../src/lock/lock.ts'
import { startRun } from '../../src/steps/migrate/run.ts'
import { transaction } from '../../src/steps/migrate/watch/watch.ts'
import { runPgateHere } from '../support/cli/call.ts'
import { MAI_MIGRATIONS, revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { stepContext, withTestSession } from '../support/cli/step.ts'
import { queryRows } from '../support/database/query.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const CONCURRENTLY = revisionText({
  id: 'aaaaaaaaaaaa',
  upgrade: `create table words (word text);
insert into words select 'w' || n from generate_series(1, 100) n;
create index concurrently words_word on words (word);
insert into words values ('last');`,
  downgrade: 'drop table words;',
})

const SETTINGS = `select current_user as "user", session_user as session,
  current_setting('search_path') as path, current_setting('statement_timeout') as timeout`

const SET_ALL = `set search_path to pg_catalog;
set statement_timeout to '7s';
set session authorization pg_monitor`

describe.each(servers({ docker: true, vector: true }).slice(0, 1))(
  'the gate through PgBouncer on $name',
  (server) => {
    it.each(['session', 'transaction'] as const)(
      'builds by %s pooling what a direct verify asks for',
      async (mode) => {
        await withPgbouncer(server, mode, (pooler) =>
          withDatabase(server, async ({ url, name }) => {
            const env = { PGATE_MIGRATIONS: MAI_MIGRATIONS }
            const pooled = { ...env, DATABASE_URL: pooler.urlOf(name) }
            expect(await runPgateHere([], { env: pooled })).toMatchObject({ exitCode: 0 })
            const direct = { ...env, DATABASE_URL: url }
            expect(await runPgateHere(['verify', '--strict'], { env: direct })).toMatchObject({
              exitCode: 0,
            })
          }),
        )
      },
    )

    it.each(['session', 'transaction'] as const)(
      'goes up, back and stamps by %s pooling, statements outside a transaction too',
      async (mode) => {
        await withPgbouncer(server, mode, (pooler) =>
          withDatabase(server, async ({ url, name }) => {
            await withRevisionFolder(async (folder) => {
              await folder.write('aaaaaaaaaaaa_words.sql', CONCURRENTLY)
              const env = {
                DATABASE_URL: pooler.urlOf(name),
                PGATE_MIGRATIONS: folder.path,
                PGATE_EXTENSIONS: '',
              }
              expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
              expect(
                await queryRows(
                  url,
                  `select outcome, statements_done, (select count(*)::int from words) as words
                     from pgate_journal where action = 'upgrade'`,
                ),
              ).toEqual([{ outcome: 'done', statements_done: 4, words: 101 }])
              expect(await runPgateHere(['downgrade', 'base'], { env })).toMatchObject({
                exitCode: 0,
              })
              const rows = 'select version_num from alembic_version'
              expect(await queryRows(url, rows)).toEqual([])
              await runPgateHere(['stamp', 'head', '--no-verify'], { env })
              expect(await queryRows(url, rows)).toHaveLength(1)
            })
          }),
        )
      },
    )

    it('brings role, schema and encoding into each transaction, and refuses what can have none', async () => {
      await withPgbouncer(server, 'transaction', (pooler) =>
        withDatabase(server, async ({ url, name }) => {
          const role = `owner_${name}`
          await queryRows(url, `create role ${role}`)
          await queryRows(url, `grant create on database ${name} to ${role}`)
          await queryRows(url, `alter database ${name} set client_encoding to 'LATIN1'`)
          try {
            await withRevisionFolder(async (folder) => {
              const upgrade = `create table here (id int);
create table umlaut as select 'é'::text as letter;`
              await folder.write('one.sql', revisionText({ id: 'aaaaaaaaaaaa', upgrade }))
              const env = {
                DATABASE_URL: pooler.urlOf(name),
                PGATE_MIGRATIONS: folder.path,
                PGATE_EXTENSIONS: '',
                PGATE_ROLE: role,
                PGATE_SCHEMA: 'app',
              }
              const gate = await runPgateHere([], { env })
              expect(gate).toMatchObject({ exitCode: 0 })
              expect(
                await queryRows(
                  url,
                  `select schemaname, tableowner from pg_tables
                    where tablename in ('here', 'alembic_version', 'pgate_journal', 'pgate_lease')`,
                ),
              ).toEqual(Array(4).fill({ schemaname: 'app', tableowner: role }))
              const length = 'select char_length(letter) as length from app.umlaut'
              expect(await queryRows(url, length)).toEqual([{ length: 1 }])
              await folder.write(
                'two.sql',
                revisionText({
                  id: 'bbbbbbbbbbbb',
                  revises: 'aaaaaaaaaaaa',
                  upgrade: 'create index concurrently here_id on here (id);',
                }),
              )
              const refused = await runPgateHere([], { env })
              expect(refused.exitCode).toBe(20)
              expect(refused.stdout).toContain('CONFIG_POOLER')
              expect(await queryRows(url, 'select version_num from app.alembic_version')).toEqual([
                { version_num: 'aaaaaaaaaaaa' },
              ])
            })
          } finally {
            await queryRows(url, `drop owned by ${role} cascade`)
            await queryRows(url, `drop role ${role}`)
          }
        }),
      )
    })

    it('leaves nothing of what a revision set to the next client of the server session', async () => {
      await withPgbouncer(server, 'transaction', (pooler) =>
        withDatabase(server, async ({ url, name }) => {
          const pooled = pooler.urlOf(name)
          const context = stepContext({ DATABASE_URL: pooled })
          const origin = { host: 'test', version: 'test', run: 'test' }
          const [clean] = await queryRows(url, SETTINGS)
          await withTestSession(pooled, (session) =>
            withGateLock(context, { session, database: undefined, origin }, async (lock) => {
              await lock.acquire()
              const run = startRun(context, session, { origin, lock })
              await transaction(run, () => session.query(SET_ALL))
              expect(await queryRows(pooled, SETTINGS)).toEqual([clean])
            }),
          )
        }),
      )
    })
  },
)
