import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { runPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { withListener } from '../support/network/network.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

const FORGED = 'gate shut (exit 1, BUG): forged'
const NAME = `x\n${FORGED}\n{"level":"error","msg":"forged"}`

/** No line of either stream may be one of the forged ones; the last line is pgate's own. */
function expectNoForgedLine(result: { readonly stdout: string; readonly stderr: string }) {
  const lines = `${result.stdout}\n${result.stderr}`.split('\n')
  expect(`${result.stdout}${result.stderr}`).toContain('forged')
  expect(
    lines.filter((line) => /^(?:gate shut \(exit 1|\{"level":"error","msg")/.test(line)),
  ).toEqual([])
}

describe.each(anyServer())('text from elsewhere on $name', (server) => {
  it.each(['json', 'pretty'])(
    'makes no line of its own in a log of %s',
    async (format) => {
      await withRevisionFolder(async (folder) => {
        const upgrade = 'create table t (i int);'
        await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
        await withDatabase(server, async ({ url }) => {
          const env = {
            DATABASE_URL: url,
            PGATE_MIGRATIONS: folder.path,
            PGATE_EXTENSIONS: '',
            PGATE_LOG_FORMAT: format,
          }
          expect(await runPgateHere(['manifest'], { env })).toMatchObject({ exitCode: 0 })
          expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
          await queryRows(url, `create table "${NAME.replaceAll('"', '""')}" (i int)`)
          const extra = await runPgate(['verify', '--strict'], { env })
          expect(extra).toMatchObject({ exitCode: 60 })
          expectNoForgedLine(extra)
          expect(extra.stdout).toMatch(/x\\{1,2}u000agate shut/)
          await queryRows(
            url,
            `alter table alembic_version alter version_num type text;
          update alembic_version set version_num = $q$${NAME}$q$`,
          )
          for (const command of ['gate', 'current', 'check', 'status']) {
            const result = await runPgate([command], { env })
            if (`${result.stdout}${result.stderr}`.includes('forged')) expectNoForgedLine(result)
          }
        })
      })
    },
    60_000,
  )
})

describe('a server that has proven nothing', () => {
  it('makes no line of its own by its message', async () => {
    const serve = (socket: Socket) => {
      const fields = `SFATAL\0C28P01\0Mno\n${FORGED}\n{"level":"error","msg":"forged"}\0\0`
      const head = Buffer.from('E\0\0\0\0')
      head.writeInt32BE(fields.length + 4, 1)
      socket.once('data', () => socket.end(Buffer.concat([head, Buffer.from(fields)])))
    }
    await withListener(serve, async ({ port }) => {
      const env = {
        DATABASE_URL: `postgres://u:p@127.0.0.1:${port}/d?sslmode=disable`,
        PGATE_AUTH_GRACE: '0',
      }
      for (const format of ['json', 'pretty']) {
        const result = await runPgate(['wait'], { env: { ...env, PGATE_LOG_FORMAT: format } })
        expect(result).toMatchObject({ exitCode: 31 })
        expectNoForgedLine(result)
      }
    })
  })
})
