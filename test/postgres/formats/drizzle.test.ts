import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { shapeSql, type ToolScene, withToolScene } from '../../support/folders/tool-scene.ts'
import { drizzleMigrate } from '../../support/peers/drizzle.ts'
import { type DrizzleEntry, drizzleJournal } from '../../support/peers/drizzle-folder.ts'
import { sized } from '../../support/run/long.ts'
import { anyServer } from '../../support/servers/servers.ts'

const ROWS = 'select hash, created_at::text as at from drizzle.__drizzle_migrations order by id'
const FIRST = Date.UTC(2024, 0, 1)
const MARK = '--> statement-breakpoint'

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The migration of a step, as drizzle-kit writes it. */
function sqlOf(step: number): string {
  return `CREATE TABLE "t${step}" (\n\t"id" serial PRIMARY KEY NOT NULL\n);\n${MARK}\nCREATE INDEX "i${step}" ON "t${step}" USING btree ("id");`
}

/** Adds migrations to a folder of either form. */
const FORMS = {
  drizzle: (folder: ToolScene['folder']) => {
    const entries: DrizzleEntry[] = []
    return async (step: number, sql = sqlOf(step), when = FIRST + step) => {
      const tag = `${String(entries.length).padStart(4, '0')}_step${step}`
      entries.push({ tag, when })
      await folder.write(`${tag}.sql`, sql)
      await folder.write('meta/_journal.json', drizzleJournal(entries))
      return String(when)
    }
  },
  'drizzle-1': (folder: ToolScene['folder']) => {
    return async (step: number, sql = sqlOf(step), when = FIRST + step * 1000) => {
      const stamp = new Date(when).toISOString().replaceAll(/\D/g, '').slice(0, 14)
      const name = `${stamp}_step${step}`
      await folder.write(`${name}/migration.sql`, sql)
      await folder.write(`${name}/snapshot.json`, '{}')
      return name
    }
  },
} as const
const NAMES = Object.keys(FORMS) as (keyof typeof FORMS)[]

describe.each(anyServer())('a folder of Drizzle on $name', (server) => {
  it.each(NAMES)('is taken forward by %s and pgate in turns, and both agree', async (form) => {
    await withScene(async ({ url, folder, pgate, rows }) => {
      const add = FORMS[form](folder)
      const place = { url, folder: folder.path }
      const ids = [await add(1)]
      const sqls = [sqlOf(1)]
      await drizzleMigrate(form, place)
      const made = await rows(shapeSql('drizzle.__drizzle_migrations'))
      const steps = sized({ sample: 6, whole: 30 })
      for (let step = 2; step <= steps; step += 1) {
        ids.push(await add(step))
        sqls.push(sqlOf(step))
        if (step % 2 === 1) await drizzleMigrate(form, place)
        else expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
        const { current } = JSON.parse((await pgate('current', '--json')).stdout)
        expect(current.map(({ revision }: { revision: string }) => revision)).toEqual(ids)
        expect((await rows<{ hash: string }>(ROWS)).map(({ hash }) => hash)).toEqual(
          sqls.map(sha256),
        )
      }
      // Nothing is left for either of them.
      await drizzleMigrate(form, place)
      expect((await pgate('check')).exitCode).toBe(0)
      expect(await rows(ROWS)).toHaveLength(steps)
      await rows('drop schema drizzle cascade')
      expect(await pgate('stamp', 'head', '--no-verify')).toMatchObject({ exitCode: 0 })
      expect(await rows(shapeSql('drizzle.__drizzle_migrations'))).toEqual(made)
      await drizzleMigrate(form, place)
      expect(await rows(ROWS)).toHaveLength(steps)
    })
  })

  it('makes nothing twice where Drizzle and pgate start at once: one of them finds it there', async () => {
    await withScene(async ({ url, folder, pgate, rows }) => {
      const add = FORMS.drizzle(folder)
      for (let step = 1; step <= 5; step += 1) {
        await add(step, `create table t${step} as select ${step} as step from pg_sleep(0.1);`)
      }
      await Promise.all([
        drizzleMigrate('drizzle', { url, folder: folder.path }).catch((error: unknown) => error),
        pgate('gate'),
        pgate('gate'),
      ])
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      expect(await rows(ROWS)).toHaveLength(5)
      expect(await rows('select step from t1 union all select step from t5')).toHaveLength(2)
    })
  })

  it('never runs what stands below the mark, says so, and no more after the printed stamp', async () => {
    await withScene(async ({ url, folder, pgate, rows }) => {
      const add = FORMS.drizzle(folder)
      await add(5)
      await drizzleMigrate('drizzle', { url, folder: folder.path })
      await add(6, sqlOf(6), FIRST + 2)
      await drizzleMigrate('drizzle', { url, folder: folder.path })
      expect(await rows(ROWS)).toHaveLength(1)
      const warned = await pgate('gate')
      expect(warned.exitCode).toBe(0)
      expect(warned.stderr).toContain('0001_step6.sql was added below what is applied')
      expect(await rows(ROWS)).toHaveLength(1)
      const [, ...stamp] = /`pgate ([^`]*)`/.exec(warned.stderr)?.[0].slice(1, -1).split(' ') ?? []
      expect(await pgate(...stamp)).toMatchObject({ exitCode: 60 })
      await rows(sqlOf(6))
      expect(await pgate(...stamp)).toMatchObject({ exitCode: 0 })
      expect((await pgate('gate')).stderr).not.toContain('below what is applied')
    })
  })

  it('commits where a piece says COMMIT, which is how its authors build an index concurrently', async () => {
    await withScene(async ({ url, folder, pgate, rows }) => {
      const add = FORMS.drizzle(folder)
      await add(1)
      const sql = `CREATE TABLE "posts" ("id" integer);\n${MARK}\nCOMMIT;\n${MARK}\nCREATE INDEX CONCURRENTLY "posts_i" ON "posts" ("id");`
      await add(2, sql)
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      const sound = "select from pg_index where indexrelid = 'posts_i'::regclass and indisvalid"
      expect(await rows(sound)).toHaveLength(1)
      await drizzleMigrate('drizzle', { url, folder: folder.path })
      expect(await rows(ROWS)).toHaveLength(2)
    })
  })

  it('finds a database that was pushed, and one whose table stands elsewhere, by what it prints', async () => {
    await withScene(async ({ folder, pgate, rows }) => {
      const add = FORMS.drizzle(folder)
      await add(1)
      await rows(sqlOf(1))
      const failed = await pgate('gate')
      expect(failed.exitCode).toBe(53)
      expect(failed.stderr).toContain('pgate stamp')
      expect(await pgate('stamp', '0000_step1')).toMatchObject({ exitCode: 0 })
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      await rows('create schema app; alter table drizzle.__drizzle_migrations set schema app')
      const refused = await pgate('gate')
      expect(refused.exitCode).toBe(51)
      const [, table = ''] = /PGATE_VERSION_TABLE=(app\.\S+)/.exec(refused.stderr) ?? []
      expect(await pgate('gate', '--version-table', table)).toMatchObject({ exitCode: 0 })
      expect(await rows('select from app.__drizzle_migrations')).toHaveLength(1)
      await rows('alter table app.__drizzle_migrations rename to made')
      const renamed = await pgate('gate')
      expect(renamed.exitCode).toBe(51)
      const [, made = ''] = /PGATE_VERSION_TABLE=(app\.made)/.exec(renamed.stderr) ?? []
      expect(await pgate('gate', '--version-table', made)).toMatchObject({ exitCode: 0 })
    })
  })

  it('reads the table that 0.x left by the seconds of its rows, and lets Drizzle 1.x name them', async () => {
    await withScene(async ({ url, folder, pgate, rows }) => {
      const add = FORMS['drizzle-1'](folder)
      const name = await add(1)
      await rows(
        `create schema drizzle; create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);
         insert into drizzle.__drizzle_migrations (hash, created_at) values ('${sha256(sqlOf(1))}', ${FIRST + 1234});
         ${sqlOf(1)}`,
      )
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      expect(await pgate('check')).toMatchObject({ exitCode: 0 })
      await add(2)
      const refused = await pgate('gate')
      expect(refused.exitCode).toBe(51)
      expect(refused.stderr).toContain('npx drizzle-kit migrate')
      await drizzleMigrate('drizzle-1', { url, folder: folder.path })
      await add(3)
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      const named = 'select name from drizzle.__drizzle_migrations order by id'
      expect(await rows(named)).toMatchObject([{ name }, {}, {}])
    })
  })

  it('is warned of where a file was edited', async () => {
    await withScene(async ({ folder, pgate }) => {
      const add = FORMS.drizzle(folder)
      await add(1)
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      await folder.write('0000_step1.sql', sqlOf(1).replaceAll('\n', '\r\n'))
      expect((await pgate('gate')).stderr).not.toContain('edited')
      await folder.write('0000_step1.sql', `${sqlOf(1)}\nselect 1;`)
      const warned = await pgate('gate')
      expect(warned.exitCode).toBe(0)
      expect(warned.stderr).toContain('0000_step1.sql was edited')
    })
  })

  function withScene(use: (scene: ToolScene) => Promise<void>): Promise<void> {
    return withToolScene(server, { files: {}, env: {} }, use)
  }
})
