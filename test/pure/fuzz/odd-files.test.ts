import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSecretFile } from '../../../src/base/files.ts'
import {
  hasIndexedContents,
  hasIndexedNames,
  INDEX_FILE,
  readIndex,
} from '../../../src/gate/unchanged/folder-index.ts'
import { rootCertificate } from '../../../src/postgres/connect/tls.ts'
import { OWN_FILES } from '../../../src/revisions/file/folder-files.ts'
import { loadRevisions } from '../../../src/revisions/file/load.ts'
import { readManifest } from '../../../src/steps/verify/manifest/manifest.ts'
import { anyText, mutated, outcomeOf, runs } from '../../support/cli/fuzz.ts'
import { targetOf } from '../../support/database/connect.ts'

/** What is no plain file, and would keep a reader for ever. */
const ENDLESS = [
  ['a pipe that nobody writes', (path: string) => promisify(execFile)('mkfifo', [path])],
  ['a link to a device', (path: string) => symlink('/dev/zero', path)],
  // As /proc/kmsg, which is plain by what stat says, and never comes to an end; this one anybody may read.
  ['a link to a file that the kernel makes up', (path: string) => symlink('/proc/version', path)],
] as const

const ALL = [...ENDLESS, ['a folder', (path: string) => mkdir(path)] as const]

describe.each(ALL)('%s', (_, make) => {
  it('as a revision file is a fault that names it', async () => {
    await inFolder(async (folder) => {
      await make(join(folder, '1_aaa.sql'))
      const outcome = await outcomeOf(() => loadRevisions(folder))
      if (outcome.kind === 'result') throw new Error('it was read')
      expect(outcome.failure.code).toBe('REVISION_UNREADABLE')
      expect(outcome.failure.message).toContain('1_aaa.sql')
    })
  })

  it('as manifest.json is a failure that names it', async () => {
    await inFolder(async (folder) => {
      await make(join(folder, 'manifest.json'))
      const outcome = await outcomeOf(() => readManifest(folder))
      if (outcome.kind === 'result') throw new Error('it was read')
      expect(outcome.failure.code).toBe('MANIFEST_INVALID')
      expect(outcome.failure.message).toContain('manifest.json')
    })
  })

  it('as the index of the manifest is none', async () => {
    await inFolder(async (folder) => {
      await make(join(folder, INDEX_FILE))
      expect(readIndex(folder)).toBeUndefined()
    })
  })

  it('as a secret is refused', async () => {
    await inFolder(async (folder) => {
      await make(join(folder, 'url'))
      expect(() => readSecretFile(join(folder, 'url'))).toThrow(/no plain file|EISDIR/)
    })
  })

  it('as a root certificate is refused', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'root.crt')
      await make(path)
      const target = targetOf(`postgresql://a@b/c?sslmode=verify-full&sslrootcert=${path}`)
      await expect(rootCertificate(target, () => {})).rejects.toThrow(`${path} cannot be read`)
    })
  })
})

describe('a file that is larger than any of its kind', () => {
  it('as a revision or the manifest is a failure that names it', async () => {
    await inFolder(async (folder) => {
      for (const name of ['1_aaa.sql', 'manifest.json']) {
        await writeFile(join(folder, name), '')
        await truncate(join(folder, name), 2 ** 28 + 1)
      }
      await expect(loadRevisions(folder)).rejects.toThrow(
        '1_aaa.sql: the file cannot be read: it is larger than 256 MiB',
      )
      await expect(readManifest(folder)).rejects.toThrow('manifest.json cannot be read')
    })
  })

  it('as a secret is refused, unread', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'url')
      await writeFile(path, '')
      await truncate(path, 5 * 2 ** 30)
      expect(() => readSecretFile(path)).toThrow('larger than 64 KiB')
    })
  })

  it('as the index of the manifest is none', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, INDEX_FILE)
      await writeFile(path, '')
      await truncate(path, 5 * 2 ** 30)
      expect(readIndex(folder)).toBeUndefined()
    })
  })
})

describe('any text as the index of the manifest', () => {
  it('is an index that can be held to the folder, or none', async () => {
    const good = JSON.stringify({
      format: 2,
      fingerprint: 'ab',
      contents: 'cd',
      heads: ['aaa'],
      versions: ['aaa'],
      schemas: ['public'],
      files: { '1_aaa.sql': 3 },
    })
    const words = ['"__proto__"', '{}', '[]', 'null', '1e999', '<<<<<<< HEAD\n']
    const text = fc.oneof(mutated([good], words), anyText([good]), fc.json())
    await inFolder(async (folder) => {
      await fc.assert(
        fc.asyncProperty(text, async (some) => {
          await writeFile(join(folder, INDEX_FILE), some)
          const index = readIndex(folder)
          if (index === undefined) return
          expect(typeof (await hasIndexedNames(folder, OWN_FILES, index))).toBe('boolean')
          expect(await hasIndexedContents(folder, index)).toBe(false)
        }),
        runs(200),
      )
    })
  })
})

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-odd-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
