import { describe, expect, it } from 'vitest'
import { downgradeScript, upgradeScript } from '../../../src/offline/script.ts'
import type { Revision } from '../../../src/revisions/file/revision.ts'
import { linkRevisions } from '../../../src/revisions/graph/graph.ts'
import { failureOf, revision, section } from '../revisions/support.ts'

const RUNNER = {
  version: '1.2.3',
  config: {
    phase: 'all',
    schema: 'public',
    versionTable: 'alembic_version',
    extensions: [],
    ddlLockTimeoutMs: 3000,
  },
} as const

const TABLE = revision('aaa', {
  message: 'a table\n\\! rm',
  upgrade: section('create table a (id int);'),
  downgrade: section('drop table a;'),
})
const INDEX = revision('bbb', {
  revises: ['aaa'],
  upgrade: section('create index concurrently i on a (id);\nlock table a;'),
  downgrade: section('drop index concurrently i;'),
})
const CODE = revision('ccc', {
  revises: ['bbb'],
  upgrade: { kind: 'module', run: async () => {} },
  downgrade: { kind: 'module', run: async () => {} },
})

function graphOf(...revisions: readonly Revision[]) {
  const { graph } = linkRevisions(revisions)
  if (graph === undefined) throw new Error('no graph')
  return graph
}

/** The lines from one that begins so to the next comment that reports a revision, or the end. */
function part(script: string, start: string): readonly string[] {
  const [, text = ''] = script.split(start)
  return (text.split(/^-- (?:Running|Now)/m)[0] ?? '').split('\n').filter((line) => line !== '')
}

describe('upgradeScript', () => {
  it('says what it is, where it begins and how to run it', async () => {
    const script = await upgradeScript(RUNNER, graphOf(TABLE), 'head')
    expect(script.split('\n').slice(0, 4)).toEqual([
      '-- pgate 1.2.3: upgrade <base> to aaa, written offline from the revision files.',
      '-- Run it on the server itself, not through a pooler: psql -X -v ON_ERROR_STOP=1 -f <file> <database>',
      '-- It stops before it has changed anything where the database is not at <base>.',
      '-- No start was named, so that is an empty database; from:to names another.',
    ])
  })

  it('wraps a transactional revision in BEGIN and COMMIT, with all that belongs to it', async () => {
    const script = await upgradeScript(RUNNER, graphOf(TABLE), 'head')
    const lines = part(script, '-- Running upgrade <base> -> aaa, a table \\! rm\n')
    expect(lines.slice(0, 5)).toEqual([
      '-- m/aaa.sql',
      'BEGIN;',
      'set local lock_timeout = 3000;',
      `insert into "public"."alembic_version" (version_num) values ('aaa');`,
      'create table a (id int);',
    ])
    const end = lines.indexOf('COMMIT;')
    expect(lines.slice(5, end).join('\n')).toMatch(/^insert into "public"\."pgate_journal"/)
  })

  it('opens no transaction for a revision that may not run in one, but for LOCK TABLE', async () => {
    const script = await upgradeScript(RUNNER, graphOf(TABLE, INDEX), 'aaa:head')
    const lines = part(script, '-- Running upgrade aaa -> bbb, message of bbb\n')
    expect(lines[0]).toBe('-- m/bbb.sql, outside a transaction')
    const index = lines.indexOf('create index concurrently i on a (id);')
    expect(lines.slice(0, index)).not.toContain('BEGIN;')
    expect(lines.slice(index).join('\n')).toContain('BEGIN;\nlock table a;\nCOMMIT;')
  })

  it('writes nothing but comments where there is nothing to run', async () => {
    const script = await upgradeScript(RUNNER, graphOf(TABLE), 'aaa:head')
    expect(script.split('\n').filter((line) => line !== '' && !line.startsWith('--'))).toEqual([])
    expect(script).toContain('-- Nothing to run.')
  })

  it('refuses a revision that is code, by its name and file', async () => {
    const graph = graphOf(TABLE, INDEX, CODE)
    const failure = await failureOf(() => upgradeScript(RUNNER, graph, 'head'), 'REVISION_MODULE')
    expect(failure.exitCode).toBe(50)
    expect(failure.facts).toEqual({
      revisions: [{ revision: 'ccc', file: 'm/ccc.sql' }],
      action: 'upgrade',
    })
    expect(await upgradeScript(RUNNER, graph, 'bbb')).toContain('-- Now at bbb')
  })

  it('respects schema, role and the time limits', async () => {
    const config = {
      ...RUNNER.config,
      schema: 'my "app"',
      role: 'owner',
      statementTimeoutMs: 60_000,
    }
    const script = await upgradeScript({ ...RUNNER, config }, graphOf(TABLE), 'head')
    expect(script).toContain('set role "owner";')
    expect(script).toContain(
      `pg_catalog.set_config('search_path', pg_catalog.rtrim(pg_catalog.concat('"my ""app""", ', pg_catalog.current_setting('search_path')), ', '), false);`,
    )
    expect(script).toContain('set local lock_timeout = 3000; set local statement_timeout = 60000;')
    expect(script).toContain('create schema if not exists "my ""app""";')
  })
})

describe('downgradeScript', () => {
  it('takes the head of the files for the start, and says so', async () => {
    const script = await downgradeScript(RUNNER, graphOf(TABLE, INDEX), '-1')
    expect(script).toContain('-- pgate 1.2.3: downgrade bbb to aaa,')
    expect(script).toContain('-- No start was named, so that is the head of the files;')
    expect(script).toContain('-- Running downgrade bbb -> aaa, message of bbb\n')
    expect(script).not.toMatch(/^BEGIN;/m)
  })

  it('refuses a downgrade that is code', async () => {
    const graph = graphOf(TABLE, INDEX, CODE)
    const failure = await failureOf(() => downgradeScript(RUNNER, graph, '-1'), 'REVISION_MODULE')
    expect(failure.message).toContain('ccc (m/ccc.sql)')
  })
})
