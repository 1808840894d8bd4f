import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runPgateHere } from '../../support/cli/call.ts'
import { withRevisionFolder } from '../../support/cli/revision-folder.ts'

it('an import writes no files into the folder of the tool, which would then be taken for one of pgate', async () => {
  await withRevisionFolder(async ({ path }) => {
    await mkdir(join(path, 'versions'))
    await writeFile(join(path, 'env.py'), '')
    const sql = join(path, 'up.txt')
    await writeFile(sql, 'BEGIN;\n\nCOMMIT;\n')
    const before = await readdir(path)
    const args = ['import', 'alembic', '--upgrade', sql]
    const refused = await runPgateHere(args, { env: { PGATE_MIGRATIONS: path } })
    expect(refused.exitCode).toBe(50)
    expect(refused.stderr).toContain('REVISION_NOT_WRITTEN')
    expect(refused.stderr).toContain('--output migrations')
    expect(await readdir(path)).toEqual(before)
  })
})
