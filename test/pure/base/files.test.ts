import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder } from '../../../src/base/files.ts'

describe('makeFolder', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pgate-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('makes what is missing on the way, and takes what is there', async () => {
    const path = join(folder, 'one', 'two', 'three')
    await makeFolder(path)
    await makeFolder(path)
    expect(statSync(path).isDirectory()).toBe(true)
  })

  it('refuses a file on the way', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeFolder(join(folder, 'file', 'one'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  })

  it.runIf(process.platform === 'linux')('ends where the kernel makes no folders', async () => {
    await expect(makeFolder('/proc/missing/one')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
