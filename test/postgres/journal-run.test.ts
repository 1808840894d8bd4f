import { describe, expect } from 'vitest'
import { FINGERPRINT_SQL } from '../../src/steps/verify/fingerprint.ts'
import { runPgateHere } from '../support/cli/call.ts'
import { logLines } from '../support/cli/log-lines.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const A = revisionText({ id: 'aaa', upgrade: 'create table a ();', downgrade: 'drop table a;' })
const B = revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'select 1;\nselect 1/0;' })
const B_DONE = revisionText({
  id: 'bbb',
  revises: 'aaa',
  upgrade: 'select 1;',
  downgrade: 'select 2;',
})

/** As the journal was before its rows said their run. */
const VERSION_3 = `alter table pgate_journal drop column run_id;
  comment on table pgate_journal is 'pgate journal, version 3'`

/** What a pgate of version 3 writes and reads, word by word but for the values. */
const THEIR_ROW = `insert into public.pgate_journal (revision, revises, depends_on, name, action, checksum, statements,
    statements_done, outcome, error, downgrade_sql, host, pgate_version, meaning, restore_point, phase, started_at, finished_at, version_table)
  values ('ccc', '{bbb}', '{}', 'theirs', 'stamp', null, null, null, 'done', null, null, 'old', '0.1.0', null,
    '{"at": "2026-11-26T13:00:01Z"}', 'contract', pg_catalog.now(), pg_catalog.clock_timestamp(), '"public"."alembic_version"')`
const THEIR_READING = `select pg_catalog.to_jsonb(run) operator(pg_catalog.->>) 'phase' as phase,
         pg_catalog.to_jsonb(run) operator(pg_catalog.->) 'restore_point' as point
    from (select null::pg_catalog.text as version_table) as before_version_2
    cross join lateral (select * from public.pgate_journal
       where coalesce(version_table, '"public"."alembic_version"') operator(pg_catalog.=) '"public"."alembic_version"') as run
   order by run.id desc limit 1`
const PROVED = `begin; set local search_path = pg_catalog, pg_temp;
  update public.pgate_journal set checksum = regexp_replace(checksum, '"[0-9a-f]{64}",([0-9]+)\\]', '"' || (${FINGERPRINT_SQL}) || '",\\1]')
   where action = 'verify'; commit`
const THEIR_OUTDATED = `select pg_catalog.obj_description('pgate_journal'::regclass, 'pg_class')
    = any (array['pgate journal, version 1', 'pgate journal, version 2']) as outdated`

describe.each(anyServer())('the run of a row of the journal, on $name', (server) => {
  const it = testOn(server)
  const envOf = (url: string, path: string) => ({
    env: {
      DATABASE_URL: url,
      PGATE_MIGRATIONS: path,
      PGATE_EXTENSIONS: '',
      PGATE_LOG_FORMAT: 'json',
    },
  })
  const rowsOf = (url: string) =>
    queryRows<{ action: string; outcome: string; run: string | null }>(
      url,
      'select action, outcome, run_id as run from pgate_journal order by id',
    )

  it('is the one of the log that wrote it last, and is in status', async ({
    database: { url },
    folder: { path, write },
  }) => {
    const run = async (args: readonly string[] = []) => {
      const result = await runPgateHere(args, envOf(url, path))
      return { ...result, id: logLines(result).stdout[0]?.run }
    }
    await write('a.sql', A)
    const first = await run()
    await write('b.sql', B)
    const failed = await run()
    const [a, proof, b] = await rowsOf(url)
    expect([a, proof, b]).toMatchObject([
      { action: 'upgrade', run: first.id },
      { action: 'verify', run: first.id },
      { action: 'upgrade', outcome: 'failed', run: failed.id },
    ])
    await write('b.sql', B_DONE)
    const last = await run()
    expect(new Set([first.id, failed.id, last.id]).size).toBe(3)
    expect((await rowsOf(url)).slice(-2)).toMatchObject([
      { outcome: 'done', run: last.id },
      { action: 'verify', run: last.id },
    ])
    const { env } = envOf(url, path)
    const status = await runPgateHere(['status', '--json'], { env })
    expect(JSON.parse(status.stdout).revisions).toMatchObject([
      { run: { runId: first.id } },
      { run: { runId: last.id } },
    ])
    const pretty = { env: { ...env, PGATE_LOG_FORMAT: 'pretty' } }
    const short = await runPgateHere(['status'], pretty)
    expect(short.stdout).not.toContain(`run ${first.id}`)
    const verbose = await runPgateHere(['status', '--verbose'], pretty)
    expect(verbose.stdout).toContain(`, run ${first.id}\n`)
  })

  it('goes into a journal of version 3, which an older pgate goes on reading and writing', async ({
    database: { url },
    folder: { path, write },
  }) => {
    await write('a.sql', A)
    expect(await runPgateHere([], envOf(url, path))).toMatchObject({ exitCode: 0 })
    await queryRows(url, VERSION_3)
    // The proof of then: the table is part of what it was made of.
    await queryRows(url, PROVED)
    const before = await runPgateHere(['status', '--json'], envOf(url, path))
    expect(JSON.parse(before.stdout).revisions).toMatchObject([{ run: { runId: null } }])
    // Nothing to do: nothing is altered.
    expect((await runPgateHere([], envOf(url, path))).stdout).toContain('unchanged')
    await expect(rowsOf(url)).rejects.toThrow('run_id')
    await write('b.sql', B_DONE)
    expect(await runPgateHere([], envOf(url, path))).toMatchObject({ exitCode: 0 })
    expect((await rowsOf(url)).map(({ run }) => run)).toEqual([
      null,
      null,
      ...[expect.any(String), expect.any(String)],
    ])
    await queryRows(url, THEIR_ROW)
    expect(await queryRows(url, THEIR_READING)).toMatchObject([
      { phase: 'contract', point: { at: '2026-11-26T13:00:01Z' } },
    ])
    expect(await queryRows(url, THEIR_OUTDATED)).toEqual([{ outdated: false }])
    expect(await runPgateHere(['status'], envOf(url, path))).toMatchObject({ exitCode: 0 })
  })

  it('is left out by a role that may write the journal and not alter it', async ({
    database: { url },
    folder: { path, write },
  }) => {
    await write('a.sql', A)
    expect(await runPgateHere([], envOf(url, path))).toMatchObject({ exitCode: 0 })
    const [{ role } = { role: '' }] = await queryRows<{ role: string }>(
      url,
      `select 'writer_' || oid as role from pg_database where datname = current_database()`,
    )
    await queryRows(
      url,
      `${VERSION_3}; create role ${role} login password 'p'; grant usage, create on schema public to ${role};
       grant select, insert, update on pgate_journal to ${role}; grant all on alembic_version to ${role}`,
    )
    const theirs = Object.assign(new URL(url), { username: role, password: 'p' }).href
    try {
      await write('b.sql', B_DONE)
      const applied = await runPgateHere([], envOf(theirs, path))
      expect(applied, applied.stdout + applied.stderr).toMatchObject({ exitCode: 0 })
      expect((await runPgateHere([], envOf(theirs, path))).stdout).toContain('unchanged')
      for (const args of [['stamp', 'aaa', '--no-verify'], ['upgrade'], ['downgrade', 'aaa']]) {
        const { exitCode, stdout } = await runPgateHere(args, envOf(theirs, path))
        expect(exitCode, stdout).toBe(0)
      }
      await expect(rowsOf(url)).rejects.toThrow('run_id')
      // The owner's next run takes the journal along.
      expect(await runPgateHere(['upgrade'], envOf(url, path))).toMatchObject({ exitCode: 0 })
      expect((await rowsOf(url)).at(-1)).toMatchObject({ run: expect.any(String) })
    } finally {
      await queryRows(url, `drop owned by ${role}; drop role ${role}`)
    }
  })
})
