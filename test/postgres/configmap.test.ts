import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { MAI_MIGRATIONS, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

/** Lends a folder as the kubelet mounts a ConfigMap: files are links through `..data`. */
async function withMount<T>(use: (mount: string) => Promise<T>): Promise<T> {
  const mount = await mkdtemp(join(tmpdir(), 'pgate-configmap-'))
  try {
    await cp(MAI_MIGRATIONS, join(mount, '..2026_11_21_10_00_00.1'), { recursive: true })
    await symlink('..2026_11_21_10_00_00.1', join(mount, '..data'))
    for (const name of await readdir(MAI_MIGRATIONS)) await link(mount, name)
    return await use(mount)
  } finally {
    await rm(mount, { recursive: true })
  }
}

const link = (mount: string, name: string) => symlink(join('..data', name), join(mount, name))

/** The ConfigMap with one file more: the link `..data` is exchanged in one step. */
async function update(mount: string, name: string, text: string): Promise<void> {
  const next = '..2026_11_21_11_00_00.2'
  await mkdir(join(mount, next))
  await cp(MAI_MIGRATIONS, join(mount, next), { recursive: true })
  await rm(join(mount, next, 'manifest.json'))
  await writeFile(join(mount, next, name), text)
  await symlink(next, join(mount, '..data_tmp'))
  await rename(join(mount, '..data_tmp'), join(mount, '..data'))
  await rm(join(mount, '..2026_11_21_10_00_00.1'), { recursive: true })
  await rm(join(mount, 'manifest.json'))
  await link(mount, name)
}

const ADDED = revisionText({
  id: '0badc0ffee00',
  revises: 'b83d5e0f6c21',
  upgrade: 'ALTER TABLE users ADD COLUMN nickname text;',
})

describe.each(anyServer({ vector: true }))('revisions in a ConfigMap, on $name,', (server) => {
  it('are each read once, and so are those of its next version', async () => {
    await withMount((mount) =>
      withDatabase(server, async ({ url }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: mount }
        const first = await runPgate(['gate'], { env })
        expect(first.exitCode, first.stderr).toBe(0)
        await update(mount, '20260101_0000_0badc0ffee00_nickname.sql', ADDED)
        const second = await runPgate(['gate'], { env })
        expect(second.exitCode, second.stderr).toBe(0)
        const runs = `select revision, count(*)::int as runs from pgate_journal
                       where action = 'upgrade' group by revision order by revision`
        expect(await queryRows(url, runs)).toEqual([
          { revision: '0badc0ffee00', runs: 1 },
          { revision: '4f1c2a7be903', runs: 1 },
          { revision: 'b83d5e0f6c21', runs: 1 },
        ])
      }),
    )
  })
})
