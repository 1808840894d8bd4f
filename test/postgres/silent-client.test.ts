import { describe, expect, it } from 'vitest'
import { startPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

describe.each(anyServer())('a session of a run on $name', (server) => {
  it('has the server look within two minutes whether its client is there, after each revision too', async () => {
    const look = `create table seen as select name, setting from pg_settings
      where name like 'tcp\\_%';`
    await withRevisionFolder(async (folder) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'reset all;' }))
      await folder.write('b.sql', revisionText({ id: 'bbb', revises: 'aaa', upgrade: look }))
      await withDatabase(server, async ({ url }) => {
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
  })
})
