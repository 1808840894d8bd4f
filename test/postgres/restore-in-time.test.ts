import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { it } from '../support/cli/it.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { sized } from '../support/run/long.ts'
import { withArchivedServer } from '../support/servers/archived-server.ts'

const docker = inject('environment').docker ? ['a server that archives its log'] : []

describe.each(docker)('%s', () => {
  it('comes back to the point before a run, by its name and by its LSN, and the older image opens', async ({
    folder,
  }) => {
    await withArchivedServer(async ({ url, archive, restore }) => {
      const pgate = (on: string, ...args: readonly string[]) =>
        runPgateHere(args, {
          env: { DATABASE_URL: on, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' },
        })
      await folder.write(
        'a.sql',
        revisionText({ id: 'aaa', upgrade: 'create table kept (n int primary key);' }),
      )
      expect(await pgate(url)).toMatchObject({ exitCode: 0 })
      // A commit that does not wait for the disk is before the point, too.
      await queryRows(
        url,
        'set synchronous_commit = off; insert into kept select generate_series(1, 100)',
      )
      await folder.write(
        'b.sql',
        revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'delete from kept;' }),
      )
      await folder.write(
        'c.sql',
        revisionText({ id: 'ccc', revises: 'bbb', upgrade: 'select * from nowhere;' }),
      )
      const failed = await pgate(url, 'upgrade', '--json')
      expect(failed).toMatchObject({ exitCode: 53 })
      const { restorePoint } = JSON.parse(failed.stdout).facts
      expect(await queryRows(url, 'select from kept')).toHaveLength(0)

      await rm(join(folder.path, 'c.sql'))
      const { stdout } = await pgate(url, 'status', '--verbose')
      const byName = stdout.match(/(?<=^ +)recovery_target.*$/gm) ?? []
      expect(byName).toEqual([
        `recovery_target_name = '${restorePoint.name}'`,
        "recovery_target_timeline = '1'",
      ])
      await archive()
      await rm(join(folder.path, 'b.sql'))
      const byLsn = [
        `recovery_target_lsn = '${restorePoint.lsn}'`,
        'recovery_target_inclusive = off',
      ]
      const copies = [
        ['first', byLsn],
        ['second', byName],
      ] as const
      for (const [copy, settings] of copies.slice(0, sized({ sample: 1, whole: 2 }))) {
        const restored = await restore(copy, settings)
        expect(await queryRows(restored, 'select from kept')).toHaveLength(100)
        const opened = await pgate(restored)
        expect(opened.stderr).toContain('nothing pending, at aaa')
        expect(opened).toMatchObject({ exitCode: 0 })
      }
    })
  })
})
