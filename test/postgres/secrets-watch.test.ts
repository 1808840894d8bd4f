import { describe, expect, it } from 'vitest'
import { runPgate } from '../support/cli.ts'
import { revisionText, withRevisionFolder } from '../support/project.ts'
import { queryRows, withClient } from '../support/query.ts'
import { servers, withDatabase } from '../support/servers.ts'

const SEEN = `select id from busy where id in (${'1, '.repeat(40)}`.slice(0, 80)
const LONG = `select  id\n  from busy where id in (${'1, '.repeat(40)}2) and 'of no concern' <> ''`

describe.each(servers().slice(0, 1))('the query of another session on $name', (server) => {
  it('is told with its first 80 characters and no more', async () => {
    await withRevisionFolder(async (folder) => {
      const upgrade = 'ALTER TABLE busy ADD COLUMN note text;'
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
      await withDatabase(server, async ({ url }) => {
        await queryRows(url, 'create table busy (id int)')
        await withClient(url, async (reader) => {
          await reader.query('begin')
          await reader.query(LONG)
          const { exitCode, stdout, stderr } = await runPgate(['gate', '--json'], {
            env: {
              DATABASE_URL: url,
              PGATE_MIGRATIONS: folder.path,
              PGATE_EXTENSIONS: '',
              PGATE_DDL_LOCK_TIMEOUT: '3s',
              PGATE_LOCK_TIMEOUT: '1s',
              PGATE_LOG_LEVEL: 'debug',
            },
          })
          expect(exitCode).toBe(54)
          const watched = stderr.split('\n').find((line) => line.includes('statement.watch')) ?? ''
          expect(JSON.parse(watched)).toMatchObject({ blockers: [{ query: SEEN }] })
          for (const text of [watched, stdout]) expect(text).toContain(SEEN)
          for (const text of [stderr, stdout]) expect(text).not.toContain(`${SEEN}1`)
          for (const text of [stderr, stdout]) expect(text).not.toContain('of no concern')
        })
      })
    })
  })
})
