import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { FOUND_IN_SYSTEMS } from '../pure/lint/systems.ts'
import { runPgateHere } from '../support/cli/call.ts'
import { type RevisionFolder, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')
const FIRST = revisionText({
  id: 'a',
  upgrade: `create table big (id int, n int); create table small (id int, n int);
    create table none (id int, n int); alter table none add constraint n check (n is not null);`,
})
const SECOND = revisionText({
  id: 'b',
  revises: 'a',
  upgrade: `create index big_n on big (n);
create index small_n on small (n);
alter table none alter n type bigint, add must int not null;
alter table none alter n set not null;
-- pgate: allow drops-data because nobody reads it
alter table small drop column id;
do $$ begin execute 'alter table small alter n type bigint'; end $$;
alter table none add also int not null;`,
})

describe.each(anyServer({ vector: true }))('lint on $name', (server) => {
  const it = testOn(server)

  it.for(FOUND_IN_SYSTEMS)(
    'finds in $folder what stands after the trace, and no more',
    async ({ folder, found }, { database: { url } }) => {
      const env = { PGATE_MIGRATIONS: join(EXAMPLES, folder) }
      const { exitCode, stdout } = await runPgateHere(['lint', '--json', '--shadow-url', url], {
        env,
      })
      const { findings, untraced } = JSON.parse(stdout)
      expect(untraced).toBeNull()
      expect(said(findings).toSorted()).toEqual(found)
      expect(exitCode).toBe(found.length === 0 ? 0 : 61)
    },
  )

  it('knows what the live database holds, and lints what is pending alone', async ({
    database: { url },
    folder,
  }) => {
    const env = await deployed({ url, folder })
    const other = new URL(url)
    other.pathname = '/postgres'
    await queryRows(
      url,
      `alter table big set (fillfactor = 10);
      insert into big select n, n from generate_series(1, 200000) n;
      insert into small values (1, 1); analyze;`,
    )
    const { exitCode, stdout } = await runPgateHere(
      ['lint', '--json', '--shadow-url', other.href],
      { env },
    )
    const { findings } = JSON.parse(stdout)
    expect(said(findings)).toEqual([
      'b:8 blocks-writes-while-building',
      'b:9 blocks-writes-while-building',
      'b:10 breaks-the-running-version',
      'b:10 breaks-the-running-version',
      'b:13 breaks-the-running-version',
      'b:14 rewrites-table',
      'b:15 breaks-the-running-version',
    ])
    expect(exitCode).toBe(61)
    expect(findings[0]).toMatchObject({
      severity: 'error',
      facts: [expect.stringMatching(/^big has about 200,000 rows, \d\d MB$/)],
    })
    expect(findings[1]).toMatchObject({ severity: 'warning' })
    expect(findings.at(-2)).toMatchObject({ by: 'trace', severity: 'warning' })
  })

  it('is read by GitHub and by what reads SARIF', async ({ database: { url }, folder }) => {
    await folder.write('1.sql', FIRST)
    await folder.write('2.sql', SECOND)
    const env = { PGATE_MIGRATIONS: folder.path }
    const args = ['lint', 'b', '--shadow-url', url]
    const github = await runPgateHere([...args, '--report', 'github'], { env })
    expect(github.exitCode).toBe(61)
    expect(github.stdout.split('\n')[0]).toMatch(
      /^::error file=[^:]*2\.sql,line=8,col=1,title=pgate lint%3A blocks-writes-while-building::CREATE INDEX .*%0A/,
    )
    const sarif = await runPgateHere([...args, '--report', 'sarif'], { env })
    expect(JSON.parse(sarif.stdout).runs[0].results[0]).toMatchObject({
      ruleId: 'blocks-writes-while-building',
    })
  })

  it('has a gate log each finding, refuse before anything is touched, or not look', async ({
    database: { url },
    folder,
  }) => {
    const env = await deployed({ url, folder })
    await queryRows(url, 'insert into big values (1, 1)')
    const refused = await runPgateHere([], { env: { ...env, PGATE_LINT: 'refuse' } })
    // The table is small, so that it is a warning.
    expect(refused.exitCode).toBe(0)
    expect(refused.stderr).toContain('"event":"lint.finding"')
    expect(refused.stderr).toContain('2.sql:8: blocks-writes-while-building: ')
    await folder.write(
      '3.sql',
      revisionText({ id: 'c', revises: 'b', upgrade: 'alter table big add must int not null;' }),
    )
    const before = await queryRows(url, 'select * from alembic_version')
    const shut = await runPgateHere([], { env: { ...env, PGATE_LINT: 'refuse' } })
    expect(shut.exitCode).toBe(61)
    expect(shut.stdout).toContain('3.sql:8: fails-on-rows: ADD COLUMN must NOT NULL')
    expect(await queryRows(url, 'select * from alembic_version')).toEqual(before)
    const skipped = { ...env, PGATE_LINT_SKIP: 'fails-on-rows,breaks-the-running-version' }
    const failed = await runPgateHere([], { env: { ...skipped, PGATE_LINT: 'refuse' } })
    expect(failed.exitCode).toBe(53)
    const off = await runPgateHere([], { env: { ...env, PGATE_LINT: 'off' } })
    expect(off.exitCode).toBe(53)
    expect(off.stderr).not.toContain('lint.finding')
  })

  it('says nothing of a database that is new', async ({ database: { url }, folder }) => {
    await folder.write('1.sql', FIRST)
    await folder.write('2.sql', SECOND)
    const env = {
      DATABASE_URL: url,
      PGATE_MIGRATIONS: folder.path,
      PGATE_LINT: 'refuse',
      PGATE_EXTENSIONS: '',
    }
    const { exitCode, stderr } = await runPgateHere([], { env })
    expect(exitCode).toBe(0)
    expect(stderr).not.toContain('lint.')
  })
})

function said(
  findings: readonly { revision: string; line: number; rule: string }[],
): readonly string[] {
  return findings.map(({ revision, line, rule }) => `${revision}:${line} ${rule}`)
}

/** The first revision is applied, and the second pending. */
async function deployed({
  url,
  folder,
}: {
  readonly url: string
  readonly folder: RevisionFolder
}) {
  const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
  await folder.write('1.sql', FIRST)
  const { exitCode } = await runPgateHere([], { env })
  expect(exitCode).toBe(0)
  await folder.write('2.sql', SECOND)
  return env
}
