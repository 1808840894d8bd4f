import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startHelper } from '../../../src/helpers/helper.ts'

describe('a helper that has ended', () => {
  afterEach(() => void vi.useRealTimers())

  it.each([
    ['killed', 'setInterval(() => {}, 1000)'],
    ['by itself', 'process.disconnect()'],
  ])('%s leaves no timer behind, which would keep this process from ending', async (how, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'pgate-test-helper-'))
    const entry = join(folder, 'entry.mjs')
    await writeFile(entry, text)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const helper = startHelper(pathToFileURL(entry))
    await (how === 'killed' ? helper.end() : helper.gone)
    expect(vi.getTimerCount()).toBe(0)
    await rm(folder, { recursive: true })
  })
})
