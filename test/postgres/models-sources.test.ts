import { cp, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject } from 'vitest'
import { pythonIn } from '../support/alembic/printed-models.ts'
import { runPgateHere } from '../support/cli/call.ts'
import { it } from '../support/cli/it.ts'
import { expectDone } from '../support/cli/systems.ts'
import { ROOT } from '../support/docker/image.ts'
import { modelTools } from '../support/peers/model-tools.ts'
import { PEERS, peersAreThere } from '../support/peers/peers.ts'

/** A tool that holds models, in a copy of test/fixtures/models. */
interface Source {
  readonly name: string
  /** What a shell runs there; absent: a program with all its words, which is given the folder. */
  readonly shell?: string
  readonly words?: (folder: string) => Promise<readonly string[]>
  /** Where its packages are. */
  readonly modules?: () => string | Promise<string>
  readonly extensions?: string
}

const isLong = inject('long')
const BIN = 'node_modules/.bin'

const SOURCES: readonly Source[] = [
  ...(inject('environment').docker
    ? [{ name: 'SQLAlchemy', words: (at: string) => pythonIn(at, 'python3', 'models_sql.py') }]
    : []),
  ...(peersAreThere()
    ? [
        {
          name: "Prisma's engine",
          shell: 'node prisma.cjs',
          modules: () => join(PEERS, 'node_modules'),
        },
      ]
    : []),
  ...(isLong
    ? [
        {
          name: 'Drizzle',
          shell: `${BIN}/drizzle-kit export --dialect postgresql --schema drizzle.ts`,
          modules: modelTools,
        },
        {
          name: 'MikroORM',
          shell: `${BIN}/mikro-orm schema:create --dump --config mikro-orm.config.mjs`,
          modules: modelTools,
        },
        {
          name: 'TypeORM',
          shell: `${BIN}/typeorm schema:log -d typeorm.cjs`,
          modules: modelTools,
          extensions: 'uuid-ossp',
        },
        { name: 'Sequelize', shell: 'node sequelize.mjs', modules: modelTools },
      ]
    : []),
]

describe('models', () => {
  it.for(SOURCES)(
    'of $name make a revision, and then nothing is missing',
    async (source, { folder }) => {
      const { shell, words, modules, extensions = '' } = source
      await cp(join(ROOT, 'test/fixtures/models'), folder.path, { recursive: true })
      // MikroORM wants to be in the project's own dependencies.
      await cp(join(PEERS, 'models/package.json'), join(folder.path, 'package.json'))
      if (modules !== undefined) await symlink(await modules(), join(folder.path, 'node_modules'))
      const command = (await words?.(folder.path)) ?? ['sh', '-c', `cd ${folder.path} && ${shell}`]
      const env = {
        PATH: process.env.PATH ?? '',
        PGATE_MODELS: `command:${JSON.stringify(command)}`,
        PGATE_MIGRATIONS: join(folder.path, 'revisions'),
        PGATE_EXTENSIONS: extensions,
        // Nothing of it may be used: a lent database takes its place.
        DATABASE_URL: 'postgresql://app:secret@nowhere.invalid/app',
      }
      const made = await runPgateHere(['revision', '--autogenerate', '-m', 'first'], { env })
      expectDone(made)
      const text = await readFile(made.stdout.trim(), 'utf8')
      expect(text).toMatch(/CREATE TABLE users \(\n {2}id uuid /)
      expect(text).toMatch(/FOREIGN KEY \("?author(?:Id)?"?\) REFERENCES users\(id\)/)
      expect(text).toMatch(/pgate: downgrade\n.*DROP TABLE users;/s)
      expectDone(await runPgateHere(['revision', '--autogenerate', '--check'], { env }))
    },
  )
})
