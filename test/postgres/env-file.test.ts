import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

describe.each(anyServer())('a gate that reads its settings from a file, on $name,', (server) => {
  const it = testOn(server)

  it('opens, takes what the environment says before that, and gives the rest to a program', async ({
    database: { url },
    folder,
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'create table a ();' }))
    await folder.write('url', `${url}\n`)
    const lines = [
      'DATABASE_URL=postgresql://nobody:nothing@nowhere.invalid/x',
      `PGATE_MIGRATIONS="${folder.path}" # the revisions`,
      "PGATE_EXTENSIONS=''",
      'APP_SETTING="of the file"',
    ]
    await folder.write('app.env', lines.join('\r\n'))
    const file = join(folder.path, 'app.env')
    const own = { PGATE_ENV_FILE: file, DATABASE_URL_FILE: join(folder.path, 'url') }
    expect(await runPgateHere(['gate'], { env: own })).toMatchObject({ exitCode: 0 })
    const program = ['--', 'sh', '-c', 'echo "$APP_SETTING: $DATABASE_URL"']
    const { stdout, stderr, exitCode } = await runPgateHere(
      ['gate', '--dotenv', file, '--database-url', url, '--migrate-always', 'true', ...program],
      { env: { PATH: process.env.PATH ?? '' } },
    )
    expect(exitCode, stderr).toBe(0)
    expect(`${stdout}${stderr}`).toContain('of the file: postgres')
    expect(`${stdout}${stderr}`).not.toContain(new URL(url).password)
  })
})
