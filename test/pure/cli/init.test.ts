import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadRevisions } from '../../../src/revisions/file/load.ts'
import { callPgate } from '../../support/cli/call.ts'
import { withRevisionFolder } from '../../support/cli/revision-folder.ts'

describe('pgate init', () => {
  it('makes the folder with a first revision, and says what comes next', () =>
    withRevisionFolder(async ({ path }) => {
      const folder = join(path, 'my db')
      const { exitCode, stdout, stderr } = await callPgate(['init', folder])
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      const { order } = await loadRevisions(folder)
      expect(order).toMatchObject([{ revises: [], message: 'initial schema' }])
      expect(stdout).toContain(`${order[0]?.file}\n`)
      expect(stdout).toContain(`  export PGATE_MIGRATIONS='${folder}'`)
      expect(stdout).toContain('  pgate --embedded ')
    }))

  it('writes nothing where there are revisions, and says what comes next all the same', () =>
    withRevisionFolder(async ({ path }) => {
      const env = { PGATE_MIGRATIONS: path }
      await callPgate(['init'], env)
      const again = await callPgate(['init'], env)
      expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 revision') })
      expect(again.stdout).toContain('pgate revision "add users"')
      expect(await readdir(path)).toHaveLength(1)
    }))

  it("leaves another tool's folder as it is, and names one that lies next to a missing one", () =>
    withRevisionFolder(async ({ path, write }) => {
      const flyway = join(path, 'sql')
      await write('sql/V1__users.sql', 'create table users ();')
      const there = await callPgate(['init', flyway])
      expect(there.stdout).toContain('is a folder of flyway, which pgate reads as it is')
      expect(there.stdout).not.toContain('pgate revision')
      const missing = await callPgate(['init'], { PGATE_MIGRATIONS: join(path, 'migrations') })
      expect(missing).toMatchObject({
        exitCode: 50,
        stderr: expect.stringContaining(`Set PGATE_MIGRATIONS=${flyway}`),
      })
      expect(await readdir(path)).toEqual(['sql'])
    }))
})
