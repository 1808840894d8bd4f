import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { expectDone, MEMORY, pgateOf, serversFor } from '../support/cli/systems.ts'
import {
  columnTypes,
  foreignKeysWithoutIndex,
  indexDefinition,
  OWN_TABLES,
  oneValue,
  publicNames,
  refusal,
} from '../support/database/public-schema.ts'
import { queryRows } from '../support/database/query.ts'
import { withDatabase } from '../support/servers/servers.ts'

const TABLES = [
  'agents',
  'api_keys',
  'episodes',
  'memory_facts',
  'organizations',
  'sessions',
  'teams',
  'users',
]

const SECOND = '20260311_0915_002_fact_supersession.sql'

const OTHER_HEAD = revisionText({
  id: '002b',
  revises: '001',
  upgrade: 'ALTER TABLE teams ADD COLUMN description text;',
  downgrade: 'ALTER TABLE teams DROP COLUMN description;',
})

describe.each(serversFor(MEMORY))('memory on $name', (server) => {
  const withHead = (use: (url: string) => Promise<void>) =>
    withDatabase(server, async ({ url }) => {
      expectDone(await pgateOf(MEMORY, url)('gate'))
      await use(url)
    })

  it('has its tables, each with org_id, and an index for every foreign key', async () => {
    await withHead(async (url) => {
      expect((await publicNames(url)).tables).toEqual([...OWN_TABLES, ...TABLES].sort())
      for (const table of TABLES) {
        expect(await columnTypes(url, table)).toMatchObject({ id: 'uuid', org_id: 'uuid' })
      }
      expect(await foreignKeysWithoutIndex(url)).toEqual([])
      expect(await columnTypes(url, 'episodes')).toMatchObject({
        tags: 'text[]',
        metadata: 'jsonb',
      })
      expect(Object.keys(await columnTypes(url, 'memory_facts'))).toEqual(
        expect.arrayContaining([
          'subject',
          'predicate',
          'object',
          'confidence',
          'valid_from',
          'valid_until',
          'source_episode_id',
        ]),
      )
      expect(await indexDefinition(url, 'idx_episodes_tags')).toContain('USING gin (tags)')
      for (const table of ['episodes', 'sessions']) {
        expect(await indexDefinition(url, `idx_${table}_created_at`)).toContain('(created_at)')
      }
    })
  })

  it('needs one owner for an agent, and one of the same organization', async () => {
    await withHead(async (url) => {
      const organization = `insert into organizations (name, slug) values ($1, $1) returning id`
      const [one, other] = [
        await oneValue(url, organization, ['one']),
        await oneValue(url, organization, ['other']),
      ]
      expect(await oneValue(url, 'select bool_and(org_id = id) from organizations')).toBe(true)
      const user = 'insert into users (org_id, email) values ($1, $2) returning id'
      const [ada, eve] = [
        await oneValue(url, user, [one, 'ada@example.org']),
        await oneValue(url, user, [other, 'eve@example.org']),
      ]
      const agent = `insert into agents (org_id, owner_user_id, owner_team_id, name)
        values ($1, $2, $3, 'helper')`
      expect(await refusal(url, agent, [one, null, null])).toEqual({
        sqlstate: '23514',
        constraint: 'ck_agents_one_owner',
      })
      expect(await refusal(url, agent, [one, eve, null])).toEqual({
        sqlstate: '23503',
        constraint: 'fk_agents_owner_user_id',
      })
      expect(await refusal(url, agent, [one, ada, null])).toBeNull()
    })
  })

  it('keeps a user whose team is gone, and nothing of an organization that is', async () => {
    await withHead(async (url) => {
      const org = await oneValue(
        url,
        `insert into organizations (name, slug) values ('one', 'one') returning id`,
      )
      const team = await oneValue(
        url,
        `insert into teams (org_id, name) values ($1, 'search') returning id`,
        [org],
      )
      await queryRows(
        url,
        `insert into users (org_id, team_id, email) values ($1, $2, 'ada@example.org')`,
        [org, team],
      )
      await queryRows(url, 'delete from teams')
      expect(await queryRows(url, 'select org_id, team_id from users')).toEqual([
        { org_id: org, team_id: null },
      ])
      await queryRows(url, 'delete from organizations')
      expect(await oneValue(url, 'select count(*)::int from users')).toBe(0)
    })
  })

  it('refuses a confidence above one and a fact that ends before it begins', async () => {
    await withHead(async (url) => {
      const org = await oneValue(
        url,
        `insert into organizations (name, slug) values ('one', 'one') returning id`,
      )
      const fact = `insert into memory_facts (org_id, subject, predicate, object, confidence, valid_until)
        values ($1, 'Ada', 'likes', 'tea', $2, now() + $3::interval)`
      expect(await refusal(url, fact, [org, 1.5, '1 day'])).toMatchObject({
        constraint: 'ck_memory_facts_confidence',
      })
      expect(await refusal(url, fact, [org, 0.5, '-1 day'])).toMatchObject({
        constraint: 'ck_memory_facts_validity',
      })
      expect(await refusal(url, fact, [org, 0.5, '1 day'])).toBeNull()
    })
  })

  it('refuses to go to the head where there are two, and prints the merge', async () => {
    await withRevisionFolder(async (folder) => {
      await folder.write('20260312_1000_002b_team_description.sql', OTHER_HEAD)
      await withDatabase(server, async ({ url }) => {
        const pgate = pgateOf(MEMORY, url, folder.path)
        expect((await pgate('heads')).stdout.trimEnd().split('\n').sort()).toEqual([
          '002 (head)',
          '002b (head)',
        ])
        const refused = await pgate('upgrade', 'head')
        expect(refused.exitCode).toBe(50)
        expect(refused.stdout).toContain('REVISION_MULTIPLE_HEADS')
        expect(refused.stdout).toMatch(/pgate merge 002 002b -m /)
        expect((await publicNames(url)).tables).toEqual([])

        expectDone(await pgate('upgrade', 'heads'))
        expect(await queryRows(url, 'select version_num from alembic_version order by 1')).toEqual([
          { version_num: '002' },
          { version_num: '002b' },
        ])

        expectDone(await pgate('merge', 'heads', '-m', 'merge branches', '--rev-id', '003'))
        expect((await pgate('heads')).stdout).toBe('003 (head)\n')
        expectDone(await pgate('upgrade', 'head'))
        expect((await pgate('current')).stdout).toBe('003 (head) (mergepoint)\n')
      })
    }, MEMORY.migrations)
  })

  it('says which revision the files lack and what to do', async () => {
    await withRevisionFolder(async (folder) => {
      await rm(join(folder.path, SECOND))
      await withHead(async (url) => {
        const pgate = pgateOf(MEMORY, url, folder.path)
        const current = await pgate('current')
        expect(current.stdout).toContain('002 (no file holds it)')
        const gate = await pgate('gate')
        expect(gate.exitCode).toBe(51)
        expect(gate.stdout).toContain('HISTORY_UNKNOWN')
        expect(gate.stdout).toMatch(
          /at revision 002\b.* Next: Deploy the image that holds this revision/s,
        )
      })
    }, MEMORY.migrations)
  })

  it('goes to 002, back to 001 and to the base, connected and as scripts', async () => {
    await withDatabase(server, async ({ url }) => {
      const pgate = pgateOf(MEMORY, url)
      expectDone(await pgate('upgrade', '002'))
      expectDone(await pgate('downgrade', '001'))
      expect((await pgate('current')).stdout).toBe('001\n')
      expect(await columnTypes(url, 'memory_facts')).not.toHaveProperty('superseded_by_id')
      expectDone(await pgate('downgrade', 'base'))
      expect((await publicNames(url)).tables).toEqual(OWN_TABLES)
    })
    const up = await pgateOf(MEMORY, server.url)('upgrade', 'head', '--sql')
    expect(up.stdout).toContain('-- Running upgrade 001 -> 002, Fact supersession\n')
    const down = await pgateOf(MEMORY, server.url)('downgrade', '-1', '--sql')
    expect(down.stdout).toContain('-- Running downgrade 002 -> 001, Fact supersession\n')
    expect(down.stdout).not.toContain('DROP TABLE')
  })
})
