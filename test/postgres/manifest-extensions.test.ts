import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

const PLAIN = 'create table t (id int);'
const CREATES = 'create extension if not exists "uuid-ossp"; create table t (id int);'
const NEEDS = 'create table t (id uuid default uuid_generate_v4());'

/** The manifest of one revision, made by a shell with these PGATE_EXTENSIONS. */
async function withMade<T>(
  upgrade: string,
  extensions: string | undefined,
  use: (at: {
    readonly objects: Readonly<Record<string, unknown>>
    readonly gate: (url: string, extensions: string) => ReturnType<typeof runPgateHere>
  }) => Promise<T>,
): Promise<T> {
  return withRevisionFolder(async (folder) => {
    await folder.write('001.sql', revisionText({ id: '001', upgrade }))
    const env = { PGATE_MIGRATIONS: folder.path }
    const shell = extensions === undefined ? env : { ...env, PGATE_EXTENSIONS: extensions }
    expect(await runPgateHere(['manifest'], { env: shell })).toMatchObject({ exitCode: 0 })
    const { objects } = JSON.parse(await readFile(join(folder.path, 'manifest.json'), 'utf8'))
    return use({
      objects,
      gate: (url, given) =>
        runPgateHere([], { env: { ...env, DATABASE_URL: url, PGATE_EXTENSIONS: given } }),
    })
  })
}

describe('a manifest', () => {
  it.each([
    ['the default shell, where nothing needs one', PLAIN, undefined, {}],
    ['a declared one', PLAIN, 'uuid-ossp', { 'uuid-ossp': { schema: 'public', declared: true } }],
    [
      'an optional one that an object needs',
      NEEDS,
      'uuid-ossp?,vector?',
      { 'uuid-ossp': { schema: 'public', declared: true } },
    ],
    ['one that a revision creates', CREATES, 'uuid-ossp?', { 'uuid-ossp': { schema: 'public' } }],
    ['one that a revision alone creates', CREATES, '', { 'uuid-ossp': { schema: 'public' } }],
  ])('keeps of extensions, for %s, no more than that', async (_, upgrade, shell, kept) => {
    await withMade(upgrade, shell, async ({ objects }) => {
      const extensions = Object.entries(objects).flatMap(([key, definition]) =>
        key.startsWith('extension ')
          ? [[key.replace(/^extension "?([^"]+)"?$/, '$1'), definition]]
          : [],
      )
      expect(Object.fromEntries(extensions)).toEqual(kept)
    })
  })
})

describe.each(anyServer())('a manifest’s extensions on $name', (server) => {
  it('shut no gate that declares none, where no revision needs them', async () => {
    await withMade(PLAIN, 'uuid-ossp,vector', ({ gate }) =>
      withDatabase(server, async ({ url }) => {
        const open = await gate(url, '')
        expect(open).toMatchObject({ exitCode: 0 })
        expect(open.stdout).toContain(
          'extension vector is not installed; PGATE_EXTENSIONS named it',
        )
      }),
    )
  })

  it('shut the gate where a revision creates one and it is dropped', async () => {
    await withMade(CREATES, '', ({ gate }) =>
      withDatabase(server, async ({ url }) => {
        expect(await gate(url, '')).toMatchObject({ exitCode: 0 })
        await queryRows(url, 'drop extension "uuid-ossp"')
        const shut = await gate(url, '')
        expect(shut.exitCode).toBe(60)
        expect(shut.stdout).toContain('missing   extension "uuid-ossp"')
      }),
    )
  })

  it('shut the gate where an object needs one and both are dropped', async () => {
    await withMade(NEEDS, 'uuid-ossp', ({ gate }) =>
      withDatabase(server, async ({ url }) => {
        expect(await gate(url, 'uuid-ossp')).toMatchObject({ exitCode: 0 })
        await queryRows(url, 'drop extension "uuid-ossp" cascade')
        const shut = await gate(url, '')
        expect(shut.exitCode).toBe(60)
        expect(shut.stdout).toContain('column public.t.id: default')
      }),
    )
  })
})
