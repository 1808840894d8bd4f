import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'

const env = { PGATE_MIGRATIONS: MAI_MIGRATIONS, PGATE_LOG_FORMAT: 'pretty' }

describe('the gate on the embedded PostgreSQL', () => {
  it('opens without any server, showing each step and the verdict', async () => {
    const result = await runPgate(['gate', '--embedded'], { env })
    expect(result).toMatchObject({ exitCode: 0 })
    const lines = result.stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.split(/ +/).slice(0, 2).join(' '))).toEqual([
      'ok wait',
      'ok extensions',
      'ok migrate',
      'ok verify',
      'gate open',
    ])
  })

  it('keeps its data in a directory and finds nothing pending the second time', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pgate-data-'))
    try {
      const first = await runPgate(['gate', '--embedded', directory], { env })
      expect(first.stdout).toContain('2 revisions applied')
      const second = await runPgate(['gate', '--embedded', directory], { env })
      expect(second.exitCode).toBe(0)
      expect(second.stdout).toContain('nothing pending, at b83d5e0f6c21')
      expect(second.stdout).toContain('unchanged since the last verify')
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  it('makes the manifest that the repository holds', async () => {
    const result = await runPgate(['manifest', '--check'], { env })
    expect(result).toMatchObject({ exitCode: 0 })
  })
})
