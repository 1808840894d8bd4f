import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

interface Scene {
  readonly url: string
  readonly path: string
  write(file: string, text: string): Promise<void>
  remove(file: string): Promise<void>
  /** Runs pgate over the folder and the database. */
  pgate(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>
}

interface Ended {
  readonly exitCode: number | null
  readonly code: string
  readonly message: string
  readonly hint: string
}

const FIRST = revisionText({
  id: 'first',
  upgrade: 'CREATE TABLE t (id int);',
  downgrade: 'DROP TABLE t;',
})
const SECOND = revisionText({
  id: 'second',
  revises: 'first',
  upgrade: 'CREATE TABLE u (id int);',
  downgrade: 'DROP TABLE u;',
})
const OTHER = revisionText({ id: 'other', revises: 'first', upgrade: 'CREATE TABLE o (id int);' })

describe.each(anyServer({ vector: true }))(
  'what a hint prints runs as it stands on $name',
  (server) => {
    function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
      return withRevisionFolder((folder) =>
        withDatabase(server, async ({ url }) => {
          const base = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
          await folder.write('first.sql', FIRST)
          await use({
            url,
            path: folder.path,
            write: async (file, text) => void (await folder.write(file, text)),
            remove: (file) => rm(join(folder.path, file)),
            pgate: async (args, env = {}) => {
              const result = await runPgateHere([...args, '--json'], { env: { ...base, ...env } })
              return { exitCode: result.exitCode, ...JSON.parse(result.stdout) }
            },
          })
        }),
      )
    }

    /** The words of the first `pgate …` in back quotes, as a shell cuts them. */
    function printed({ hint, message }: Ended, start = ''): readonly string[] {
      const commands = [...`${hint}\n${message}`.matchAll(/`pgate ([^`]+)`/g)].map(
        ([, words]) => words,
      )
      const command = commands.find((words) => words?.startsWith(start)) ?? ''
      expect(command, hint).not.toBe('')
      return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, bare]) => quoted ?? bare ?? '',
      )
    }

    it('where the schema was made without pgate', () =>
      withScene(async ({ pgate, url }) => {
        await queryRows(url, 'create table t (id int)')
        const shut = await pgate(['gate'])
        expect(shut.code).toBe('MIGRATION_FAILED')
        expect((await pgate(printed(shut, 'stamp'))).exitCode).toBe(0)
        expect((await pgate(['gate'])).exitCode).toBe(0)
      }))

    it('where the database is at a revision that the files lack', () =>
      withScene(async ({ pgate, write, remove }) => {
        await write('second.sql', SECOND)
        expect((await pgate(['gate'])).exitCode).toBe(0)
        await remove('second.sql')
        const shut = await pgate(['gate'])
        expect(shut.code).toBe('HISTORY_UNKNOWN')
        expect((await pgate(printed(shut, 'downgrade'))).exitCode).toBe(0)
        expect((await pgate(['gate'])).exitCode).toBe(0)
      }))

    it('where the files have several heads', () =>
      withScene(async ({ pgate, write }) => {
        await write('second.sql', SECOND)
        await write('other.sql', OTHER)
        const shut = await pgate(['gate'])
        expect(shut.code).toBe('REVISION_MULTIPLE_HEADS')
        expect((await pgate(printed(shut, 'merge'))).exitCode).toBe(0)
        expect((await pgate(['gate'])).exitCode).toBe(0)
      }))

    it('where an index is invalid', () =>
      withScene(async ({ pgate, url }) => {
        expect((await pgate(['gate'])).exitCode).toBe(0)
        await queryRows(
          url,
          `create index i on t (id); update pg_index set indisvalid = false where indexrelid = 'i'::regclass`,
        )
        const shut = await pgate(['gate'])
        expect(shut.code).toBe('VERIFY_STRUCTURE')
        const [, words = ''] = /pgate (verify --repair)/.exec(shut.message) ?? []
        expect((await pgate(words.split(' '))).exitCode).toBe(0)
        expect((await pgate(['gate'])).exitCode).toBe(0)
      }))

    it('where revisions are pending', () =>
      withScene(async ({ pgate }) => {
        const shut = await pgate(['check'])
        expect(shut.code).toBe('HISTORY_PENDING')
        expect((await pgate(printed(shut, 'upgrade'))).exitCode).toBe(0)
        expect((await pgate(['check'])).exitCode).toBe(0)
      }))

    it('where the manifest is stale', () =>
      withScene(async ({ pgate }) => {
        const shut = await pgate(['manifest', '--check'])
        expect(shut.code).toBe('MANIFEST_STALE')
        expect((await pgate(printed(shut, 'manifest'))).exitCode).toBe(0)
        expect((await pgate(['manifest', '--check'])).exitCode).toBe(0)
      }))

    it('where the schema drifted', () =>
      withScene(async ({ pgate, url }) => {
        expect((await pgate(['manifest'])).exitCode).toBe(0)
        expect((await pgate(['gate'])).exitCode).toBe(0)
        await queryRows(url, 'alter table t drop column id')
        const shut = await pgate(['gate'])
        expect(shut.code).toBe('VERIFY_DRIFT')
        const [, name = '', value = ''] = /(PGATE_VERIFY)=(\w+)/.exec(shut.hint) ?? []
        expect((await pgate(['gate'], { [name]: value })).exitCode).toBe(0)
      }))

    it('where the database may not be connected to', () =>
      withScene(async ({ pgate, url }) => {
        const role = `connect_${server.major}`
        const database = new URL(url).pathname.slice(1)
        await queryRows(url, `drop role if exists ${role}; create role ${role} login password 'p'`)
        await queryRows(url, `revoke connect on database "${database}" from public`)
        const own = Object.assign(new URL(url), { username: role, password: 'p' }).href
        const shut = await pgate(['wait'], { DATABASE_URL: own, PGATE_AUTH_GRACE: '0' })
        expect(shut.exitCode).toBe(31)
        await queryRows(url, /GRANT CONNECT .*?;/.exec(shut.hint)?.[0] ?? '')
        expect((await pgate(['wait'], { DATABASE_URL: own })).exitCode).toBe(0)
        await queryRows(url, `drop owned by ${role}; drop role ${role}`)
      }))
  },
)
