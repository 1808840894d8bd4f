import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { type LogLine, logLines } from '../support/cli/log-lines.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

const MODULE = `export const revision = 'bbb'
export const revises = 'aaa'
export async function upgrade(db) {
  console.log('log of a module: %s', process.env.DATABASE_URL)
  console.error('{"error": "of a module"}')
  process.emitWarning('a warning of a module')
  await db.query('create table u (i int)')
}
`

/** Prints on both streams, the last line without a line feed. */
const PRINTS = ['node', '-e', `console.log('to stdout'); process.stderr.write('to stderr')`]

describe.each(anyServer())('PGATE_LOG_FORMAT=json on $name', (server) => {
  const here = async (
    use: (
      env: Record<string, string>,
      write: (name: string, text: string) => Promise<unknown>,
    ) => Promise<void>,
  ) =>
    withRevisionFolder((folder) =>
      withDatabase(server, ({ url }) =>
        use(
          {
            DATABASE_URL: url,
            PGATE_MIGRATIONS: folder.path,
            PGATE_EXTENSIONS: '',
            PGATE_LOG_FORMAT: 'json',
          },
          (name, text) => folder.write(name, text),
        ),
      ),
    )

  const all = (result: {
    readonly stdout: string
    readonly stderr: string
  }): readonly LogLine[] => {
    const { stdout, stderr } = logLines(result)
    return [...stdout, ...stderr]
  }

  it('has a line for all that a module, a backup command and a migrator print', async () => {
    await here(async (env, write) => {
      await write('a.sql', revisionText({ id: 'aaa', upgrade: 'create table t (i int);' }))
      await write('b.ts', MODULE)
      const backup = {
        PGATE_BACKUP_COMMAND: JSON.stringify(PRINTS),
      }
      const result = await runPgate([], { env: { ...env, ...backup } })
      expect(result).toMatchObject({ exitCode: 0 })
      const lines = all(result)
      expect(lines).toEqual(
        lines.map(() =>
          expect.objectContaining({
            service: 'pgate',
            run: lines[0]?.run,
            database: expect.any(String),
          }),
        ),
      )
      const said = (event: string) =>
        lines.filter((line) => line.event === event).map(({ msg }) => msg)
      expect(said('backup.output').toSorted()).toEqual(['to stderr', 'to stdout'])
      expect(said('module.output')).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^log of a module: postgres.*:\*\*\*@/),
          '{"error": "of a module"}',
          expect.stringContaining('a warning of a module'),
        ]),
      )
      const open = lines.filter(({ event }) => event === 'gate.open')
      expect(open).toMatchObject([
        { exitCode: 0, result: { applied: [{ revision: 'aaa' }, { revision: 'bbb' }] } },
      ])
      const guest = await runPgate(['--', ...PRINTS], { env: { ...env, PGATE_VERIFY: 'off' } })
      expect(
        all(guest)
          .filter(({ event }) => event === 'migrator.output')
          .map(({ msg }) => msg)
          .toSorted(),
      ).toEqual(['to stderr', 'to stdout'])
    })
  })

  it('has one event of a failure, with its code, whatever fails', async () => {
    await here(async (env, write) => {
      await write(
        'a.sql',
        revisionText({ id: 'aaa', upgrade: 'create table t (i int);\nselect 1/0;' }),
      )
      const failed = async (args: readonly string[], code: string) => {
        const lines = all(await runPgateHere(args, { env }))
        expect(
          lines.filter((line) => line.code !== undefined || line.level === 'error'),
        ).toMatchObject([{ level: 'error', code }])
      }
      await failed([], 'MIGRATION_FAILED')
      await failed(['--', 'node', '-e', 'process.exit(3)'], 'MIGRATOR_FAILED')
      await failed(['--', 'no-such-program'], 'MIGRATOR_NOT_FOUND')
    })
  })

  it('has an end of JSON where a second signal ends it at once', async () => {
    await here(async (env, write) => {
      await write(
        'a.ts',
        `export const revision = 'aaa'\nexport const revises = null\nexport async function upgrade() {\n  process.on('SIGTERM', () => {})\n  console.log('begun')\n  await new Promise((resolve) => setTimeout(resolve, 60_000))\n}\n`,
      )
      const gate = startPgate([], { env })
      await gate.says(/begun/)
      gate.kill('SIGTERM')
      await gate.says(/"event":"interrupt"/)
      await delay(150)
      gate.kill('SIGTERM')
      const result = await gate.ended
      expect(result).toMatchObject({ exitCode: 143 })
      expect(all(result).filter(({ code }) => code !== undefined)).toMatchObject([
        { event: 'gate.shut', code: 'INTERRUPTED_SIGTERM' },
      ])
    })
  })
})
