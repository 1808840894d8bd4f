import { describe, expect } from 'vitest'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { withClient } from '../support/database/query.ts'
import { lastLine } from '../support/docker/docker.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

describe.each(anyServer())('a lock on the version table on $name', (server) => {
  const it = testOn(server)

  it('is reported with who holds it, and the gate opens once it is gone', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'create table t (i int);' }))

    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
    await withClient(url, async (holder) => {
      await holder.query(`begin; lock table alembic_version; set local app.password = 'CANARY'`)
      const { rows } = await holder.query('select pg_backend_pid() as pid')
      const pid = String(rows[0].pid)
      const shut = await runPgate([], { env: { ...env, PGATE_WAIT_TIMEOUT: '5s' } })
      expect(shut).toMatchObject({ exitCode: 30 })
      const last = lastLine(shut.stdout)
      expect(last).toContain(`connected, and the first question waits for pid ${pid} (`)
      expect(last).toContain(`pg_terminate_backend(${pid})`)
      expect(last).not.toMatch(/firewall|Nothing answers|CANARY/)
      expect(shut.stderr).toContain('"event":"wait.blocked"')
      const running = startPgate([], { env: { ...env, PGATE_WAIT_TIMEOUT: '60s' } })
      await running.says(/wait\.blocked/)
      await holder.query('rollback')
      expect(await running.ended).toMatchObject({ exitCode: 0 })
    })
  }, 60_000)
})
