import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type LockOwner, lockDirectory } from '../../src/embedded/directory-lock.ts'

const OWNER: LockOwner = { pid: 100, hostName: 'here', isAlive: (pid) => pid === 200 }

async function withLockFile<T>(
  content: string | undefined,
  use: (folder: string, file: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-lock-'))
  try {
    const file = join(folder, 'pgate.lock')
    if (content !== undefined) await writeFile(file, content)
    return await use(folder, file)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const holder = (pid: number, host: string) => JSON.stringify({ pid, host, nonce: 'n' })

describe('the lock on a data directory', () => {
  it.each([
    ['of a process that is gone', holder(300, 'here')],
    ['of an earlier process with the same id, as PID 1 of a container', holder(100, 'here')],
  ])('takes over a file %s', async (_, content) => {
    await withLockFile(content, async (folder, file) => {
      const unlock = await lockDirectory(folder, OWNER)
      const owner = JSON.parse(await readFile(file, 'utf8'))
      expect(owner).toEqual({ pid: 100, host: 'here', nonce: expect.not.stringMatching(/^n$/) })
      await unlock()
      expect(await readdir(folder)).toEqual([])
    })
  })

  it.each([
    ['of a process that runs', holder(200, 'here'), { pid: 200, host: 'here' }],
    ['of another host, which cannot be asked', holder(300, 'there'), { pid: 300, host: 'there' }],
    ['that names nobody', '', {}],
    ['whose process id is no number', '{"pid":"300","host":"here","nonce":"n"}', {}],
  ])('respects a file %s', async (_, content, facts) => {
    await withLockFile(content, async (folder, file) => {
      const refused = lockDirectory(folder, OWNER)
      await expect(refused).rejects.toMatchObject({
        code: 'EMBEDDED_LOCKED',
        facts: { file, ...facts },
        message: expect.stringContaining(file),
      })
      expect(await readFile(file, 'utf8')).toBe(content)
    })
  })

  it('is got by one of two in the same process', async () => {
    await withLockFile(undefined, async (folder) => {
      const both = await Promise.allSettled([
        lockDirectory(folder, OWNER),
        lockDirectory(folder, OWNER),
      ])
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    })
  })

  it('is got by exactly one of many that find a stale one at the same time', async () => {
    await withLockFile(holder(300, 'here'), async (folder) => {
      const rivals = Array.from({ length: 20 }, (_, index) =>
        lockDirectory(folder, {
          pid: 1000 + index,
          hostName: 'here',
          isAlive: (pid) => pid >= 1000,
        }),
      )
      const outcomes = await Promise.allSettled(rivals)
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })
  })
})
