import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { EMBEDDED_EXTENSIONS } from '../../src/embedded/bundles.ts'
import { runPgate } from '../support/cli/cli.ts'
import { it } from '../support/cli/it.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'

const PACKAGES = join(import.meta.dirname, '../../node_modules/@electric-sql')

function manifestOf(folder: string, more: Readonly<Record<string, string>> = {}) {
  return runPgate(['manifest'], {
    env: { PGATE_MIGRATIONS: folder, PGATE_EXTENSIONS: '', ...more },
  })
}

describe('the built-in PostgreSQL', () => {
  it('names every extension that its packages hold', () => {
    const archives = globSync('*/dist/*.tar.gz', { cwd: PACKAGES })
    const names = archives.flatMap((archive) => {
      const list = execFileSync('tar', ['tzf', join(PACKAGES, archive)], { encoding: 'utf8' })
      return [...list.matchAll(/extension\/([\w-]+)\.control$/gm)].map(([, name = '']) => name)
    })
    expect(EMBEDDED_EXTENSIONS).toEqual(names.toSorted())
  })

  it('creates each of them where a revision asks for it', async ({ folder: { path, write } }) => {
    const all = EMBEDDED_EXTENSIONS.map(
      (name) => `CREATE EXTENSION IF NOT EXISTS "${name}" CASCADE;`,
    )
    await write('a.sql', revisionText({ id: 'aaa', upgrade: all.join('\n') }))
    const { exitCode, stdout } = await manifestOf(path)
    expect(stdout).toContain('done (exit 0)')
    expect(exitCode).toBe(0)
  })

  it('has what a module creates, and what PGATE_EXTENSIONS lists', async ({
    folder: { path, write },
  }) => {
    await write(
      'a.mjs',
      `export const revision = 'aaa', revises = null
export const upgrade = async (db) => {
  await db.query('create extension Citext')
  await db.query('create table t (name citext, hash text default digest(now()::text, \\'md5\\')::text)')
}
`,
    )
    const { stdout } = await manifestOf(path, { PGATE_EXTENSIONS: 'pgcrypto' })
    expect(stdout).toContain('done (exit 0)')
    expect(readFileSync(join(path, 'manifest.json'), 'utf8')).toContain('citext')
  })

  it.each([
    ['postgis', { 'a.sql': revisionText({ id: 'aaa', upgrade: 'CREATE EXTENSION postgis;' }) }, ''],
    [
      'dblink',
      {
        'a.mjs': `export const revision = 'aaa', revises = null
export const upgrade = (db) => db.query('create extension dblink')`,
      },
      '',
    ],
    ['timescaledb', { 'a.sql': revisionText({ id: 'aaa', upgrade: '' }) }, 'timescaledb'],
  ] as const)(
    'says of %s that it lacks it, and what to use',
    async (_, files, PGATE_EXTENSIONS) => {
      await withRevisionFolder(async ({ path, write }) => {
        for (const [name, text] of Object.entries(files)) await write(name, text)
        const { exitCode, stdout } = await manifestOf(path, { PGATE_EXTENSIONS })
        expect(stdout).toMatch(
          /Next: The built-in PostgreSQL has amcheck, .*: use a server .*--shadow-url/,
        )
        expect(stdout).not.toContain('Fix ')
        expect([40, 53]).toContain(exitCode)
      })
    },
  )
})
