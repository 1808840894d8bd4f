import { copyFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { pythonIn } from '../support/alembic/printed-models.ts'
import { queryRows } from '../support/database/query.ts'
import { ROOT } from '../support/docker/image.ts'
import { type PageStep, runPage, stepsOf } from '../support/docs/page.ts'
import { modelTools } from '../support/peers/model-tools.ts'
import { sized } from '../support/run/long.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** The page's steps up to Drizzle's, or Drizzle's alone, and the models that they export. */
async function stepsWith(tool: 'python' | 'drizzle') {
  const all = await stepsOf('authoring.md')
  const drizzle = all.findIndex(({ commands }) => commands.includes('drizzle-kit'))
  const steps = tool === 'python' ? all.slice(0, drizzle) : all.slice(drizzle)
  return { steps, models: exported(steps) }
}

/** Each step runs in a shell of its own. */
function exported(steps: readonly PageStep[]): string {
  const text = steps.map(({ commands }) => commands).join('')
  return /^export PGATE_MODELS="(.*)"$/m.exec(text)?.[1] ?? ''
}

const SERVERS = servers({ docker: true, since: 17 }).slice(0, 1)

describe.each(SERVERS)('docs/authoring.md, on $name,', (server) => {
  const it = testOn(server)
  const tables = (url: string) =>
    queryRows(
      url,
      `select attrelid::regclass::text || '.' || attname as name from pg_attribute
        where attrelid in ('users'::regclass, 'posts'::regclass) and attnum > 0 order by 1`,
    ).then((rows) => rows.map(({ name }) => name))

  it('leads from SQLAlchemy models to a gated database, through three changes and a squash', {
    timeout: 240_000,
  }, async ({ database: { url } }) => {
    const { steps, models } = await stepsWith('python')
    expect(steps.length).toBeGreaterThan(7)
    const env = { DATABASE_URL: url, PGATE_EXTENSIONS: '', PGATE_MODELS: models }
    const done = await runPage(steps, {
      env,
      prepare: async (folder) => {
        const words = await pythonIn(folder, 'python3')
        const program = `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`
        await writeFile(join(folder, '.bin/python'), program, { mode: 0o755 })
      },
    })
    expect(done.at(-1)?.printed).toContain('gate open')
    expect(await tables(url)).toEqual([
      ...['posts.author_id', 'posts.id', 'posts.score', 'posts.title', 'users.id', 'users.mail'],
    ])
  })

  it.runIf(sized({ sample: false, whole: true }))(
    'leads from a Drizzle schema to a gated database',
    async ({ database: { url } }) => {
      const { steps, models } = await stepsWith('drizzle')
      const env = { DATABASE_URL: url, PGATE_EXTENSIONS: '', PGATE_MODELS: models }
      const done = await runPage(steps, {
        env,
        prepare: async (folder) => {
          const schema = join(ROOT, 'test/fixtures/models/drizzle.ts')
          await copyFile(schema, join(folder, 'schema.ts'))
          await symlink(await modelTools(), join(folder, 'node_modules'))
        },
      })
      expect(done.at(-1)?.printed).toContain('gate open')
      expect(await tables(url)).toContain('posts.title')
    },
  )
})
