import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const FIRST = {
  id: 'aaa',
  upgrade: 'CREATE TABLE a (id int);',
  downgrade: 'DROP TABLE a;',
}
const SECOND = {
  id: 'bbb',
  revises: 'aaa',
  upgrade: 'CREATE TABLE b (id int);',
  downgrade: 'DROP TABLE b;',
}
const COLUMN = `select attname as name from pg_attribute where attrelid = 'b'::regclass and attnum > 0`

describe.each(anyServer())('redo on $name', (server) => {
  const it = testOn(server)

  const run = async (args: readonly string[], url: string, path: string) => {
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path }
    const { exitCode, stdout } = await runPgateHere([...args, '--json'], { env })
    return { exitCode, ...JSON.parse(stdout) }
  }

  it('applies the newest revision again as its file says now', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', revisionText(FIRST))
    await folder.write('b.sql', revisionText(SECOND))
    await run(['upgrade'], url, folder.path)
    await folder.write('b.sql', revisionText({ ...SECOND, upgrade: 'CREATE TABLE b (no int);' }))
    expect(await run(['redo'], url, folder.path)).toMatchObject({
      exitCode: 0,
      downgraded: [{ revision: 'bbb' }],
      applied: [{ revision: 'bbb' }],
      versions: ['bbb'],
    })
    expect(await queryRows(url, COLUMN)).toEqual([{ name: 'no' }])
    expect(await run(['check'], url, folder.path)).toMatchObject({ exitCode: 0 })
    const journal = `select revision, action from pgate_journal where action <> 'verify' order by id`
    expect((await queryRows(url, journal)).slice(2)).toEqual([
      { revision: 'bbb', action: 'downgrade' },
      { revision: 'bbb', action: 'upgrade' },
    ])
  })

  it('takes a revision with all that came after it, and goes no further up than before', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', revisionText(FIRST))
    await folder.write('b.sql', revisionText(SECOND))
    await folder.write('c.sql', revisionText({ id: 'ccc', revises: 'bbb', upgrade: 'SELECT 1;' }))
    await run(['upgrade', 'bbb'], url, folder.path)
    for (const wanted of ['a', '-2']) {
      expect(await run(['redo', wanted], url, folder.path)).toMatchObject({
        exitCode: 0,
        downgraded: [{ revision: 'bbb' }, { revision: 'aaa' }],
        applied: [{ revision: 'aaa' }, { revision: 'bbb' }],
        versions: ['bbb'],
      })
    }
    expect(await run(['redo', 'ccc'], url, folder.path)).toMatchObject({
      exitCode: 50,
      code: 'REVISION_UNKNOWN_TARGET',
    })
  })

  it('keeps its place where one would not come down, or not go up again', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: FIRST.upgrade }))
    await folder.write('b.sql', revisionText(SECOND))
    await run(['upgrade'], url, folder.path)
    const refused = async (wanted: string) => (await run(['redo', wanted], url, folder.path)).code
    expect(await refused('aaa')).toBe('REVISION_IRREVERSIBLE')
    await folder.write('b.sql', revisionText({ ...SECOND, upgrade: 'CREATE TABEL b;' }))
    expect(await refused('-1')).toBe('MIGRATION_FAILED')
    await folder.write('b.sql', revisionText(SECOND))
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: '-- Edited' }))
    expect(await refused('-1')).toBe('HISTORY_EDITED')
    expect(await run(['current'], url, folder.path)).toMatchObject({
      current: [{ revision: 'bbb' }],
    })
    const journal = `select distinct action from pgate_journal`
    expect(await queryRows(url, journal)).toEqual([{ action: 'upgrade' }])
  })
})
