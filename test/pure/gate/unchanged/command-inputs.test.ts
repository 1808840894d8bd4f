import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { commandFingerprint, commandInputs } from '../../../../src/gate/unchanged/command-inputs.ts'
import { it } from '../../../support/cli/it.ts'

interface Asked {
  readonly migrations: string
  readonly migrateInputs?: readonly string[]
  readonly migrateCommand?: readonly string[]
}

async function fingerprint(asked: Asked): Promise<string | undefined> {
  const { migrateCommand = ['alembic', 'upgrade', 'head'], migrateInputs = [], migrations } = asked
  const inputs = commandInputs({ migrations, migrateCommand, migrateInputs })
  return inputs && commandFingerprint(migrateCommand, inputs)
}

describe('what a migrator works with', () => {
  it('is nothing known without a folder, with an empty one, and with a manifest alone', async ({
    folder,
  }) => {
    expect(await fingerprint({ migrations: join(folder.path, 'nowhere') })).toBeUndefined()
    expect(await fingerprint({ migrations: folder.path })).toBeUndefined()
    await folder.write('manifest.json', '{}')
    expect(await fingerprint({ migrations: folder.path })).toBeUndefined()
  })

  it('is what the files of all folders below hold, by their names in it', async ({ folder }) => {
    const versions = join(folder.path, 'versions')
    await mkdir(versions)
    await folder.write('env.py', 'a')
    const seen = [await fingerprint({ migrations: folder.path })]
    const change = async (what: Promise<unknown>) => {
      await what
      const now = await fingerprint({ migrations: folder.path })
      expect(seen).not.toContain(now)
      seen.push(now)
    }
    await change(writeFile(join(versions, '1.py'), 'one'))
    await change(writeFile(join(versions, '1.py'), 'two'))
    await change(writeFile(join(versions, '2.py'), 'two'))
    await change(folder.write('manifest.json', '{}'))
    await change(rm(join(versions, '1.py')))
  })

  it('is none of what tools leave there', async ({ folder }) => {
    await folder.write('env.py', 'a')
    const before = await fingerprint({ migrations: folder.path })
    for (const name of ['__pycache__', 'node_modules', '.git', '..2026_data']) {
      await mkdir(join(folder.path, name))
      await writeFile(join(folder.path, name, 'x.py'), 'x')
    }
    await folder.write('env.cpython-312.pyc', 'x')
    await folder.write('.env', 'x')
    expect(await fingerprint({ migrations: folder.path })).toBe(before)
  })

  it('follows links, and ends where one leads back', async ({ folder }) => {
    await mkdir(join(folder.path, '..data'))
    await writeFile(join(folder.path, '..data', '1.py'), 'one')
    await symlink('..data/1.py', join(folder.path, '1.py'))
    await symlink('.', join(folder.path, 'again'))
    const before = await fingerprint({ migrations: folder.path })
    await writeFile(join(folder.path, '..data', '1.py'), 'two')
    expect(await fingerprint({ migrations: folder.path })).not.toBe(before)
  })

  it('is the command, and the script that it names', async ({ folder }) => {
    await mkdir(join(folder.path, 'versions'))
    await writeFile(join(folder.path, 'versions', '1.py'), 'one')
    const script = join(folder.path, 'migrate.sh')
    await writeFile(script, 'one')
    const asked = { migrations: join(folder.path, 'versions'), migrateCommand: ['sh', script] }
    const before = await fingerprint(asked)
    const more = ['sh', script, 'x'.repeat(5_000)]
    expect(await fingerprint({ ...asked, migrateCommand: more })).not.toBe(before)
    await writeFile(script, 'two')
    expect(await fingerprint(asked)).not.toBe(before)
  })

  it('is what PGATE_MIGRATE_INPUTS names besides, which has to be there', async ({ folder }) => {
    const file = join(folder.path, 'models.py')
    await writeFile(file, 'one')
    const asked = { migrations: '/nowhere', migrateInputs: [file] }
    const before = await fingerprint(asked)
    expect(before).toMatch(/^[0-9a-f]{64}$/)
    await writeFile(file, 'two')
    expect(await fingerprint(asked)).not.toBe(before)
    await rm(file)
    await expect(fingerprint(asked)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
