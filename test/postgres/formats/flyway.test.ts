import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { withClient } from '../../support/database/query.ts'
import {
  FLYWAY_KEY,
  FLYWAY_TABLE,
  type FlywayRow,
  flywayChecksum,
  flywayRowSql,
  runAsFlyway,
} from '../../support/folders/as-flyway.ts'
import { shapeSql, type ToolScene, withToolScene } from '../../support/folders/tool-scene.ts'
import { anyServer } from '../../support/servers/servers.ts'

const FILES = {
  'V1__users.sql': 'create table users (id integer primary key, email text);\n',
  'V1.1__seed users.sql':
    "insert into users values (1, 'a');\r\ninsert into users values (2, 'b');\n\n",
  'V2__index.sql': 'create index concurrently users_email on users (email);\n',
  'U2__no_index.sql': 'drop index concurrently users_email;\n',
  'R__emails.sql': 'create or replace view emails as select email from users;\n',
}

const ROWS = `select installed_rank as rank, version, description, type, script, checksum, installed_by as by, success
    from flyway_schema_history order by installed_rank`

/** A row of one of these files, as a query shows it. */
function rowOf(rank: number, script: keyof typeof FILES, by: string) {
  const [, version = '', words = ''] = /^[VR](.*?)__(.*)\.sql$/.exec(script) ?? []
  const own = { rank, version: version || null, description: words, type: 'SQL', script }
  return { ...own, checksum: flywayChecksum(FILES[script]), by, success: true }
}

describe.each(anyServer())('a folder of Flyway on $name', (server) => {
  it('gets the table, the rows and the checksums of Flyway, and continues what Flyway has begun', async () => {
    await withScene({}, async ({ pgate, rows, url, folder }) => {
      const by = new URL(url).username
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      const all = [
        rowOf(1, 'V1__users.sql', by),
        rowOf(2, 'V1.1__seed users.sql', by),
        rowOf(3, 'V2__index.sql', by),
        rowOf(4, 'R__emails.sql', by),
      ]
      expect(await rows(ROWS)).toEqual(all)
      const indexes = `select indexdef from pg_indexes where tablename = 'flyway_schema_history' order by 1`
      const made = [await rows(shapeSql('flyway_schema_history')), await rows(indexes)]

      await rows('drop table flyway_schema_history; drop view emails; drop table users')
      await runAsFlyway(url, folder.path, ['V1__users.sql', 'V1.1__seed users.sql'])
      expect([await rows(shapeSql('flyway_schema_history')), await rows(indexes)]).toEqual(made)
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      expect(await rows(ROWS)).toEqual(all)

      await folder.write('V3__posts.sql', 'create table posts ();\n')
      await runAsFlyway(url, folder.path, ['V3__posts.sql'])
      await folder.write(
        'R__emails.sql',
        'create or replace view emails as select email from users where id > 0;\n',
      )
      expect(await pgate('gate')).toMatchObject({ exitCode: 0, stderr: '' })
      const again = await rows<{ rank: number; description: string }>(ROWS)
      expect(again.slice(4)).toMatchObject([
        { rank: 5, version: '3' },
        { rank: 6, version: null, description: 'emails' },
      ])
      expect((await pgate('current')).stdout).toMatch(
        /^3, and 3 before it\nR__emails#[0-9a-f]+ \(head\)\n$/,
      )
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      expect(await rows(ROWS)).toHaveLength(6)

      expect(await pgate('downgrade', '1.1')).toMatchObject({ exitCode: 50 })
      await folder.write('U3__no_posts.sql', 'drop table posts;\n')
      expect(await pgate('downgrade', '1.1')).toMatchObject({ exitCode: 0 })
      expect((await rows<{ rank: number }>(ROWS)).map(({ rank }) => rank)).toEqual([1, 2, 4, 6])
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      expect((await rows<{ rank: number }>(ROWS)).map(({ rank }) => rank)).toEqual([
        1, 2, 4, 6, 7, 8,
      ])
    })
  })

  it('has in its history what was baselined, deleted, undone, and written in Java', async () => {
    const history: readonly FlywayRow[] = [
      { description: '<< Flyway Schema Creation >>', type: 'SCHEMA', script: '"public"' },
      { version: '1', description: '<< Flyway Baseline >>', type: 'BASELINE' },
      {
        version: '1.1',
        description: 'seed users',
        checksum: flywayChecksum(FILES['V1.1__seed users.sql']),
      },
      { version: '1.5', description: 'Fill', type: 'JDBC', script: 'db.migration.V1_5__Fill' },
      { version: '2', description: 'index', checksum: flywayChecksum(FILES['V2__index.sql']) },
      { version: '2', description: 'no index', type: 'UNDO_SQL', checksum: 5 },
      { version: '1.7', description: 'gone', checksum: 9 },
      { version: '1.7', description: 'gone', type: 'DELETE' },
      { description: 'emails', script: 'R__emails.sql', checksum: 1 },
      { description: 'Report', type: 'JDBC', script: 'db.migration.R__Report', checksum: 3 },
    ]
    await withScene({}, async ({ pgate, rows }) => {
      await rows(`${FILES['V1__users.sql']}; ${FLYWAY_TABLE}`)
      for (const row of history) await rows(flywayRowSql(row))
      const current = await pgate('current')
      expect(current.stdout).toContain('1.5 (JDBC)\nB1\n')
      expect(current.stderr).toBe('')
      expect((await pgate('upgrade', '--dry-run')).stdout).not.toContain('V1__users')
      const gate = await pgate('gate')
      expect(gate.exitCode, gate.stderr).toBe(0)
      const after = await rows<{ rank: number }>(ROWS)
      expect(after.slice(history.length)).toMatchObject([
        { rank: 10, version: '2', type: 'SQL' },
        {
          rank: 11,
          version: null,
          description: 'emails',
          checksum: flywayChecksum(FILES['R__emails.sql']),
        },
      ])
      expect(await pgate('check')).toMatchObject({ exitCode: 0 })
      expect(await pgate('wait', '--for', 'head')).toMatchObject({ exitCode: 0 })
      expect(await pgate('stamp', 'head')).toMatchObject({ exitCode: 0 })
      expect(await rows(ROWS)).toEqual(after)
      await rows(flywayRowSql({ version: '1.6', description: 'lost', checksum: 9 }))
      const lost = await pgate('gate')
      expect(lost.exitCode).toBe(51)
      expect(lost.stderr).toContain('HISTORY_UNKNOWN')
      expect(lost.stderr).toContain('flyway repair')
      expect(lost.stderr).toContain('1.6')
    })
  })

  it('is refused where validate of Flyway fails, and where a run has failed', async () => {
    await withScene({}, async ({ pgate, rows, folder }) => {
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      await rows('drop table pgate_journal')
      const refused = async (change: string, ...words: readonly string[]) => {
        await rows(`create table kept as table flyway_schema_history; ${change}`)
        const { exitCode, stderr } = await pgate('gate')
        expect(exitCode, stderr).toBe(51)
        for (const word of words) expect(stderr).toContain(word)
        await rows(
          'delete from flyway_schema_history; insert into flyway_schema_history table kept; drop table kept',
        )
      }
      const of = (column: string, value: string) =>
        `update flyway_schema_history set ${column} = ${value} where version = '1'`
      const found = `${flywayChecksum(FILES['V1__users.sql'])} SQL users`
      await refused(of('checksum', '7'), 'HISTORY_EDITED', '7 SQL users', found)
      await refused(of('description', "'people'"), 'HISTORY_EDITED', 'SQL people', found)
      await refused(
        `${of('type', "'SQL_BASELINE'")}; delete from flyway_schema_history where version = '1.1'`,
        'HISTORY_LATE',
      )
      await refused(
        of('success', 'false'),
        'HISTORY_FAILED',
        '1 (failed): V1__users.sql',
        'flyway repair',
      )

      await folder.write('V1__users.sql', FILES['V1__users.sql'].replaceAll('\n', '\r\n\r\n'))
      const ended = await pgate('gate')
      expect(ended.exitCode, ended.stderr).toBe(0)
    })
  })

  it('has a late file refused, unless Flyway itself would run it', async () => {
    await withScene({}, async ({ pgate, rows, folder }) => {
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      await folder.write('V1.5__late.sql', 'create table late ();\n')
      const late = await pgate('gate')
      expect(late.exitCode).toBe(51)
      expect(late.stderr).toContain('HISTORY_LATE')
      expect(late.stderr).toContain('FLYWAY_OUT_OF_ORDER=true')
      await folder.write('flyway.conf', 'flyway.outOfOrder=true\n')
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      expect((await rows<{ version: string }>(ROWS)).at(-1)).toMatchObject({
        rank: 5,
        version: '1.5',
      })
    })
  })

  it('waits for the lock of a Flyway that runs, takes its rows as they are, and keeps the lock itself', async () => {
    await withScene({}, async ({ pgate, rows, url, folder }) => {
      await runAsFlyway(url, folder.path, ['V1__users.sql'])
      await folder.write('V3__slow.sql', 'select pg_sleep(1);\n')
      await withClient(url, async (client) => {
        const isTaken = async () => {
          const { rows: found } = await client.query(
            `select pg_try_advisory_xact_lock(${FLYWAY_KEY}) as mine`,
          )
          return found[0]?.mine === false
        }
        await client.query('begin')
        expect(await isTaken()).toBe(false)
        const gate = pgate('gate')
        await delay(1500)
        expect(await rows(ROWS)).toHaveLength(1)
        await client.query(FILES['V1.1__seed users.sql'])
        const seed = flywayChecksum(FILES['V1.1__seed users.sql'])
        await client.query(
          flywayRowSql({ version: '1.1', description: 'seed users', checksum: seed }),
        )
        await client.query('commit')
        let wasTaken = false
        for (let isDone = false; !isDone; ) {
          wasTaken ||= await isTaken()
          isDone = await Promise.race([gate.then(() => true), delay(50, false)])
        }
        const { exitCode, stderr } = await gate
        expect(exitCode, stderr).toBe(0)
        expect(wasTaken).toBe(true)
        expect(await isTaken()).toBe(false)
      })
      const versions = (await rows<{ version: string | null }>(ROWS)).map(({ version }) => version)
      expect(versions).toEqual(['1', '1.1', '2', '3', null])
      expect(await rows('select id from users')).toHaveLength(2)
    })
  })

  it('is refused where the table has the name that Flyway 4 gave it, and opens by what is printed', async () => {
    await withScene({}, async ({ pgate, rows, url, folder }) => {
      await runAsFlyway(url, folder.path, ['V1__users.sql'])
      await rows('alter table flyway_schema_history rename to schema_version')
      const refused = await pgate('gate')
      expect(refused.exitCode).toBe(51)
      const [, name = ''] = /PGATE_VERSION_TABLE=(\w+)/.exec(refused.stderr) ?? []
      await folder.write('flyway.conf', `flyway.table=${name}\n`)
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      expect(await rows('select from schema_version')).toHaveLength(4)
    })
  })

  function withScene(
    env: Readonly<Record<string, string>>,
    use: (scene: ToolScene) => Promise<void>,
  ) {
    return withToolScene(server, { files: FILES, env }, use)
  }
})
