import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { it } from '../support/cli/it.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { share } from '../support/run/long.ts'

/** Of the built-in PostgreSQL's own time, where nothing ends it. */
const LONG = `DO $$ BEGIN FOR i IN 1..2000000000 LOOP PERFORM 1; END LOOP; END $$;`

/** A second is promised, on a machine that does nothing else. */
const ENDS_WITHIN_MS = 4_000

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const

describe('an interrupt of the built-in PostgreSQL', () => {
  it.each(share([50, 250, 1_000, 3_000], { part: 1, of: 2 }))(
    'ends pgate manifest %d ms after its start, and nothing is written',
    async (ms) => {
      await withRevisionFolder(async ({ path, write }) => {
        await write('a.sql', revisionText({ id: 'aaa', upgrade: LONG }))
        const env = { PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
        const running = startPgate(['manifest'], { env })
        await delay(100 + ms)
        const from = performance.now()
        running.kill('SIGINT')
        const { exitCode, stdout } = await running.ended
        expect(stdout).toContain('pgate manifest failed (exit 130, INTERRUPTED_SIGINT)')
        expect(exitCode).toBe(130)
        expect(performance.now() - from).toBeLessThan(ENDS_WITHIN_MS)
        expect(existsSync(join(path, 'manifest.json'))).toBe(false)
      })
    },
  )

  it.each(share(SIGNALS, { part: 0, of: 2 }))(
    'ends a gate on %s with %d, and its data directory opens again',
    async (signal, code) => {
      const directory = await mkdtemp(join(tmpdir(), 'pgate-data-'))
      try {
        await withRevisionFolder(async ({ path, write }) => {
          const env = { PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
          await write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))
          await write(
            'b.sql',
            revisionText({
              id: 'bbb',
              revises: 'aaa',
              upgrade: `CREATE TABLE b (id int); ${LONG}`,
              transaction: 'on',
            }),
          )
          const gate = startPgate(['gate', '--embedded', directory], { env })
          await gate.says(/b\.sql/)
          await delay(500)
          const from = performance.now()
          gate.kill(signal)
          expect(await gate.ended).toMatchObject({ exitCode: code })
          expect(performance.now() - from).toBeLessThan(ENDS_WITHIN_MS)
          await write(
            'b.sql',
            revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'CREATE TABLE b (id int);' }),
          )
          const again = await runPgate(['gate', '--embedded', directory], { env })
          expect(again.stdout).toContain('gate open (exit 0)')
        })
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    },
  )

  it('ends one by PGATE_DEADLINE', async ({ folder: { path, write } }) => {
    await write('a.sql', revisionText({ id: 'aaa', upgrade: LONG }))
    const env = { PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '', PGATE_DEADLINE: '4s' }
    const { exitCode, durationMs } = await runPgate(['gate', '--embedded'], { env })
    expect(exitCode).toBe(54)
    expect(durationMs).toBeLessThan(12_000)
  })
})
