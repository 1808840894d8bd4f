import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { callPgate } from '../../support/cli/call.ts'
import { withRevisionFolder } from '../../support/cli/revision-folder.ts'

const DBMATE =
  '-- migrate:up\ncreate table users (id integer);\n-- migrate:down\ndrop table users;\n'
const PRISMA = {
  'prisma/schema.prisma': '',
  'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
  'prisma/migrations/20240101000000_users/migration.sql': 'create table users (id integer);\n',
}
const DB = {
  'db/migrations/20240101_users.sql': DBMATE,
  'db/migrations/old/README.md': '',
  'db/schema.sql': '-- dumped\n',
}

describe('a folder that is not the one that was meant', () => {
  it.each<[string, Files, string, string, string]>([
    ['too high', DB, 'db', 'db/migrations', 'dbmate'],
    ['two steps too high', DB, '.', 'db/migrations', 'dbmate'],
    ['missing, next to it', DB, 'migrations', 'db/migrations', 'dbmate'],
    ['too low', DB, 'db/migrations/old', 'db/migrations', 'dbmate'],
    ['too high', PRISMA, 'prisma', 'prisma/migrations', 'prisma'],
    ['too low', PRISMA, 'prisma/migrations/20240101000000_users', 'prisma/migrations', 'prisma'],
  ])(
    'is %s: the message says where it is, and the variable serves',
    async (_, files, given, meant, tool) => {
      await withProject(files, async (project) => {
        const refused = await callPgate(['heads'], { PGATE_MIGRATIONS: join(project, given) })
        expect(refused.exitCode).toBe(50)
        expect(refused.stderr).toContain(`${join(project, meant)} is a folder of ${tool}`)
        const [, path = ''] = /Set PGATE_MIGRATIONS=(\S+)/.exec(refused.stderr) ?? []
        expect((await callPgate(['heads'], { PGATE_MIGRATIONS: path })).stdout).toContain(
          '20240101',
        )
      })
    },
  )

  it('is as it was where nothing else is there, or its own files are at fault', async () => {
    await withProject({ 'migrations/README.md': '' }, async (project) => {
      const { stderr } = await callPgate(['heads'], {
        PGATE_MIGRATIONS: join(project, 'migrations'),
      })
      expect(stderr).toContain('none of its 1 entries is one')
      expect(stderr).toContain('pgate revision -m')
    })
    const faulty = { ...DB, 'migrations/a.sql': '-- revision: a\nselect 1;\n' }
    await withProject(faulty, async (project) => {
      const { stderr } = await callPgate(['heads'], {
        PGATE_MIGRATIONS: join(project, 'migrations'),
      })
      expect(stderr).toContain('a.sql')
      expect(stderr).not.toContain('dbmate')
    })
  })

  it.each([
    [
      'Rails',
      '20240101_users.rb',
      'class Users < ActiveRecord::Migration[7.1]\n',
      'bin/rails db:migrate',
    ],
    [
      'Django',
      '0001_initial.py',
      'class Migration(migrations.Migration):\n',
      'python manage.py migrate',
    ],
    [
      'Knex',
      '2024_users.js',
      'exports.up = (knex) => knex.schema.raw("")\n',
      'npx knex migrate:latest',
    ],
    [
      'TypeORM',
      '17-Users.ts',
      'export class U implements MigrationInterface {}\n',
      'npx typeorm migration:run',
    ],
    [
      'Sequelize',
      '1-users.cjs',
      'exports.up = (queryInterface) => 1\n',
      'npx sequelize-cli db:migrate',
    ],
    ['Ecto', '2024_users.exs', 'use Ecto.Migration\n', 'mix ecto.migrate'],
    ['Liquibase', 'changelog.xml', '<databaseChangeLog/>\n', 'liquibase update'],
  ])(
    'holds code of %s: the message says what to put the gate around',
    async (tool, name, text, command) => {
      await withProject({ [`migrations/${name}`]: text }, async (project) => {
        const refused = await callPgate(['heads'], {
          PGATE_MIGRATIONS: join(project, 'migrations'),
        })
        expect(refused.exitCode).toBe(50)
        expect(refused.stderr).toContain(`code of ${tool}`)
        expect(refused.stderr).toContain(`pgate -- ${command}`)
      })
    },
  )
})

type Files = Readonly<Record<string, string>>

async function withProject(files: Files, use: (path: string) => Promise<void>): Promise<void> {
  await withRevisionFolder(async ({ path }) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), text)
    }
    await use(path)
  })
}
