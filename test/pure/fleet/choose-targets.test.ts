import { describe, expect, it } from 'vitest'
import { namedBy, shardOf } from '../../../src/fleet/read-targets.ts'
import { callPgate } from '../../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../../support/cli/revision-folder.ts'

describe('a shard', () => {
  const names = Array.from({ length: 1_000 }, (_, at) => `tenant-${at}`)

  it('has a fair part of the targets, and each target has one', () => {
    const counts = Map.groupBy(names, (name) => shardOf(name, 10))
    expect([...counts.keys()].toSorted((one, other) => one - other)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ])
    for (const part of counts.values()) expect(part.length).toBeGreaterThan(70)
  })

  it('is the same in every release', () => {
    expect(['a', 'tenant-1', 'ü'].map((name) => shardOf(name, 7))).toEqual([2, 4, 0])
  })
})

describe('a shard without a target', () => {
  it('opens, and is no short list to be warned of', async () => {
    await withRevisionFolder(async ({ path, write }) => {
      await write('a.sql', revisionText({ id: 'aaa', upgrade: 'select 1;' }))
      await write('targets.txt', 'a postgresql://app@db.invalid/a\n')
      const list = ['--migrations', path, '--fleet', `${path}/targets.txt`]
      const words = [
        'fleet',
        ...list,
        '--shards',
        '7',
        '--shard',
        '0',
        '--log-format',
        'json',
        '--log-level',
        'info',
      ]
      const { exitCode, stderr, stdout } = await callPgate(words)
      expect({ exitCode, warned: `${stderr}${stdout}`.includes('"level":"warn"') }).toEqual({
        exitCode: 0,
        warned: false,
      })
      expect(`${stderr}${stdout}`).toContain('no target is in shard 0 of 7')
    })
  })
})

describe('--only', () => {
  it.each([
    { only: ['eu-*'], fits: ['eu-1', 'eu-'], not: ['us-eu-1', 'EU-1'] },
    { only: ['a.b', 'c*d'], fits: ['a.b', 'cd', 'c\nd'], not: ['axb', 'a.bc'] },
    { only: [], fits: ['any', ''], not: [] },
  ])('$only', ({ only, fits, not }) => {
    const isNamed = namedBy(only)
    expect(fits.filter((name) => !isNamed(name))).toEqual([])
    expect(not.filter(isNamed)).toEqual([])
  })
})
