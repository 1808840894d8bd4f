import { describe, expect } from 'vitest'
import { startPgate } from '../support/cli/cli.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

describe.each(anyServer())('a session of a run on $name', (server) => {
  const it = testOn(server)

  it('has the server look within two minutes whether its client is there, after each revision too', async ({
    folder,
    database: { url },
  }) => {
    const look = `create table seen as select name, setting from pg_settings
      where name like 'tcp\\_%';`

    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'reset all;' }))
    await folder.write('b.sql', revisionText({ id: 'bbb', revises: 'aaa', upgrade: look }))

    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    expect(await startPgate([], { env }).ended).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, 'select name, setting from seen order by name')).toEqual([
      { name: 'tcp_keepalives_count', setting: '6' },
      { name: 'tcp_keepalives_idle', setting: '60' },
      { name: 'tcp_keepalives_interval', setting: '10' },
      { name: 'tcp_user_timeout', setting: '120000' },
    ])
  })
})
