import { stripVTControlCharacters, styleText } from 'node:util'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

describe.each(anyServer())('pgate status on $name', (server) => {
  const it = testOn(server)

  it('shows what is applied, when and by whom, what is pending, and what a gate would do', async ({
    database: { url },
    folder,
  }) => {
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    const pgate = (...args: readonly string[]) => runPgateHere(args, { env })
    const first = revisionText({ id: 'aaa', upgrade: 'create table a ();' })
    await folder.write('a.sql', first)
    await folder.write('b.sql', revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'select 1;' }))

    const fresh = await pgate('status')
    expect(fresh).toMatchObject({ exitCode: 0 })
    const { host, pathname } = new URL(url)
    expect(fresh.stdout.startsWith(`${host}${pathname}: PostgreSQL `)).toBe(true)
    expect(fresh.stdout).toContain('"public"."alembic_version": 0 of 2 revisions applied\n')
    expect(fresh.stdout).toContain('A gate would apply 2 revisions, verify, and open.\n')

    expect((await pgate('upgrade', 'aaa')).exitCode).toBe(0)
    const behind = (await pgate('status')).stdout
    expect(behind).toMatch(
      /applied {2}aaa .*, upgrade \d{4}-\S+ [\d:]{8} UTC in \S+ by \S+ on \S+\n/,
    )
    expect(behind).toContain('  pending  bbb')
    expect(behind).toContain('A gate would apply 1 revision, verify, and open.\n')

    const { stdout: colored } = await runPgateHere(['status'], { env, onTerminal: true })
    expect(stripVTControlCharacters(colored)).toMatch(
      /\n {2}applied {2}aaa .*\n {11}upgrade \d{4}-\S+ [\d:]{8} UTC in \S+ by \S+ on \S+\n/,
    )
    expect(colored).toContain(
      `\n  ${styleText('yellow', 'pending', { validateStream: false })}  bbb`,
    )

    expect((await pgate()).exitCode).toBe(0)
    expect((await pgate('info')).stdout).toContain('A gate would open: there is nothing to do.\n')

    await queryRows(url, "delete from pgate_journal where revision = 'aaa'")
    const report = JSON.parse((await pgate('status', '--json')).stdout)
    expect(report).toMatchObject({ database: `${host}${pathname}`, server: expect.any(String) })
    expect(report.revisions).toMatchObject([
      { revision: 'aaa', state: 'applied', run: null },
      { revision: 'bbb', state: 'applied', run: { action: 'upgrade', outcome: 'done' } },
    ])
    expect((await pgate('status')).stdout).toMatch(/applied {2}aaa .*, not by pgate\n/)

    await folder.write('b.sql', revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'select 2;' }))
    const edited = await pgate('status')
    expect(edited.exitCode).toBe(0)
    expect(edited.stdout).toContain('A gate would shut (exit 51, HISTORY_EDITED): ')
  })
  it('shows what a run left half-done and why, and of many revisions the next ones', async ({
    database: { url },
    folder,
  }) => {
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    const pgate = (...args: readonly string[]) => runPgateHere(args, { env })
    const upgrade = 'create table t (a int);\ncreate index concurrently i on t (a);\nselect 1/0;'
    await folder.write('r00.sql', revisionText({ id: 'r00', upgrade }))
    for (let at = 1; at < 15; at += 1) {
      const [id, revises] = [at, at - 1].map((one) => `r${String(one).padStart(2, '0')}`)
      const text = revisionText({ id: `${id}`, revises: `${revises}`, upgrade: 'select 1;' })
      await folder.write(`${id}.sql`, text)
    }
    expect((await pgate('upgrade')).exitCode).toBe(53)
    const { stdout } = await pgate('status')
    expect(stdout).toMatch(
      /pending {2}r00 .*; 2 of 3 statements done, the next run goes on there\n/,
    )
    expect(stdout).toMatch(/\n {4}MIGRATION_FAILED: .*r00\.sql:\d+:\d+: .*division_by_zero/)
    expect(stdout).toContain('  pending  r09 ')
    expect(stdout).toContain('\n  (5 later ones: `pgate status --verbose` shows all)\n')
    expect((await pgate('status', '--verbose')).stdout).toContain('  pending  r14 ')
  })
})
