import { describe, expect, it } from 'vitest'
import { needsByName } from '../../src/diff/needs-by-name.ts'
import type { Manifest } from '../../src/steps/verify/manifest/manifest.ts'
import { expectDone, pgateOf, SCOPING, serversFor } from '../support/cli/systems.ts'
import { psqlServers, runPsql } from '../support/database/psql.ts'
import { queryRows } from '../support/database/query.ts'
import { share } from '../support/run/long.ts'
import { anyOf } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'
import { BY_HAND_COUNT, byHand } from './verify-by-hand.ts'
import { CHANGES } from './verify-changes.ts'
import { manifestFrom } from './verify-held.ts'
import { type Repaired, repairDamage } from './verify-repairs.ts'
import { schemaSources, withRichSchema } from './verify-sources.ts'

const SHUTTING = CHANGES.filter(({ found }) => ['missing', 'different', 'shutting'].includes(found))

const SOURCES = anyOf(schemaSources())
const [first] = SOURCES

describe.each(SOURCES)('the rich schema on $name', (source) => {
  it('is repaired of each damage by one manifest, or is said to be for a person to repair', async () => {
    if (first === undefined) throw new Error('there is no server')
    const manifest = await withRichSchema(first, manifestFrom)
    await withRichSchema(source, async (session) => {
      const wrong: unknown[] = []
      for (const change of share(SHUTTING, { part: 3, of: 16 })) {
        const repaired = await repairDamage(session, manifest, change)
        const { problems } = repaired
        const isRepaired = problems.length === 0
        if (isRepaired !== (byHand(change) === undefined) || unnamed(manifest, repaired).length > 0)
          wrong.push({ sql: change.sql, problems, unnamed: unnamed(manifest, repaired) })
      }
      expect(wrong).toEqual([])
    })
  }, 900_000)
})

it('leaves no damage to a person that is not done', () => {
  expect(SHUTTING.filter((change) => byHand(change) !== undefined)).toHaveLength(BY_HAND_COUNT)
})

/** What drifts still though nothing says that a person has to repair it, or what it needs. */
function unnamed({ objects }: Manifest, { repair, problems }: Repaired): readonly string[] {
  const named = new Set([
    ...repair.left.map(({ key }) => key),
    ...repair.statements.flatMap(({ key, isHeld }) => (isHeld ? [key] : [])),
  ])
  const needs = needsByName(objects)
  return problems.filter((problem) => {
    const seen = new Set([problem.replace(/^drifts: /, '')])
    for (const key of seen) {
      if (named.has(key)) return false
      for (const need of needs.get(key) ?? []) seen.add(need)
    }
    return true
  })
}

const DAMAGES = /* SQL */ `
  drop index idx_sessions_email;
  alter table sessions alter column status drop default;
  alter table stage_data drop constraint stage_data_session_id_fkey;
  drop trigger trigger_sessions_timestamp on sessions;
  create or replace function get_active_sessions_count() returns bigint language sql as 'select 1::bigint';
  alter table checkpoints disable trigger all;
  revoke select on sessions from current_user;
  alter table quality_metrics alter column score drop not null;`

describe.each(serversFor(SCOPING).filter((server) => psqlServers().includes(server)))(
  'a database on $name',
  (server) => {
    const it = testOn(server)

    it('passes after the script that verify prints, run by psql', async ({ database }) => {
      const pgate = pgateOf(SCOPING, database.url)
      expectDone(await pgate('gate'))
      expect((await pgate('verify', '--repair-sql')).stdout).toContain('-- 0 statements.')
      await queryRows(database.url, DAMAGES)
      const shut = await pgate('verify')
      expect(shut.exitCode).toBe(60)
      expect(shut.stdout).toContain('repair: CREATE INDEX idx_sessions_email ON public.sessions')
      const { stdout, exitCode } = await pgate('verify', '--repair-sql')
      expect(exitCode).toBe(0)
      expect(await runPsql(server, database, stdout)).toMatchObject({ exitCode: 0, stderr: '' })
      expectDone(await pgate('verify', '--strict'))
    })

    it('keeps its rows: what would destroy them is a comment of the script', async ({
      database,
    }) => {
      const pgate = pgateOf(SCOPING, database.url)
      expectDone(await pgate('gate'))
      await queryRows(
        database.url,
        'alter table quality_metrics alter column score type numeric(5, 3)',
      )
      await queryRows(database.url, 'alter table sessions rename column status to state')
      const { stdout } = await pgate('verify', '--repair-sql')
      expect(stdout).toContain('ALTER TABLE public.sessions RENAME COLUMN state TO status')
      expect(stdout).toMatch(/^-- ALTER TABLE public\.quality_metrics ALTER COLUMN score TYPE/m)
      expect(await runPsql(server, database, stdout)).toMatchObject({ exitCode: 0 })
      expect((await pgate('verify')).exitCode).toBe(60)
    })

    it('takes what nothing promises away under --strict alone', async ({ database }) => {
      const pgate = pgateOf(SCOPING, database.url)
      expectDone(await pgate('gate'))
      await queryRows(database.url, 'create view by_hand as select id from sessions')
      expect((await pgate('verify', '--repair-sql')).stdout).toContain('-- 0 statements.')
      const { stdout } = await pgate('verify', '--repair-sql', '--strict')
      expect(stdout).toContain('DROP VIEW public.by_hand')
      expect(await runPsql(server, database, stdout)).toMatchObject({ exitCode: 0 })
      expectDone(await pgate('verify', '--strict'))
    })

    it('says why it does not print and rebuild at once', async ({ database }) => {
      const pgate = pgateOf(SCOPING, database.url)
      expect((await pgate('verify', '--repair', '--repair-sql')).exitCode).toBe(2)
    })
  },
)
