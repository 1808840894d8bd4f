import { describe, expect } from 'vitest'
import { ANSWERS } from '../../src/cli/other-verbs.ts'
import { runPgateHere } from '../support/cli/call.ts'
import { printedCommands } from '../support/cli/printed.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** They ask, stay, look at a sidecar that is not there, or make a throwaway database of their own. */
const NOT_HERE = /^(?:reset|sidecar|probe|manifest|baseline|squash|revision --autogenerate)/

describe.each(anyServer())('what is printed for the verbs of other tools, on $name,', (server) => {
  const it = testOn(server)

  it('runs as it stands, and so do the verbs that pgate understands', async ({
    database: { url },
    folder,
  }) => {
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    const pgate = async (...args: readonly string[]) => {
      const { exitCode, stdout, stderr } = await runPgateHere(args, { env })
      expect(exitCode, `${args.join(' ')}: ${stdout}${stderr}`).toBe(0)
      return stdout
    }
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: 'create table a ();', downgrade: 'drop table a;' }),
    )
    expect(await pgate('create', 'add users')).toMatch(/_add_users\.sql\n$/)
    expect(await pgate('new', 'add', 'roles')).toMatch(/_add_roles\.sql\n$/)
    const printed = ANSWERS.flatMap(([, answer]) => printedCommands(answer))
    await pgate('upgrade')
    for (const args of new Map(printed.map((words) => [words.join(' '), words])).values()) {
      if (NOT_HERE.test(args.join(' '))) continue
      if (args.includes('+1')) await pgate('rollback')
      await pgate(...args)
      if (/^(?:downgrade|revision)$/.test(args[0] ?? '')) await pgate('upgrade')
    }
    expect(await pgate('rollback', '--dry-run')).toContain('add_users')
    expect(await pgate('rollback')).toContain('1 revision')
    expect(await pgate('rollback', '2')).toContain('2 revision')
    expect(await pgate('current')).toContain('aaa')
    expect(await pgate('info')).toContain('1 of 4')
  })
})
