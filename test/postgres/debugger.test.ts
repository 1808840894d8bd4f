import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { withSidecar } from '../support/cli/sidecar.ts'
import { saysNothing, withListener } from '../support/network/network.ts'

/** Where Node.js puts its debugger. */
const PORT = 9229

describe('SIGUSR1', () => {
  it('opens no debugger in a gate and in a sidecar, which go on', async () => {
    await withListener(saysNothing, async ({ port }) => {
      await withRevisionFolder(async ({ path, write }) => {
        await write('a.sql', '-- revision: aaa\n-- revises: none\n-- pgate: upgrade\n')
        const env = { DATABASE_URL: `postgres://u:p@127.0.0.1:${port}/d`, PGATE_MIGRATIONS: path }
        await withSidecar({ env }, async (sidecar) => {
          const gate = startPgate([], { env: { ...env, PGATE_LOG_LEVEL: 'debug' } })
          await gate.says(/./)
          for (const one of [sidecar, gate]) one.kill('SIGUSR1')
          await delay(500)
          expect(await isOpen(PORT)).toBe(false)
          gate.kill('SIGTERM')
          expect(await gate.ended).toMatchObject({ exitCode: 143 })
          const log = sidecar.log() + gate.output().stderr
          expect(log).not.toContain('Debugger listening')
          expect((await sidecar.get('/healthz')).status).toBeGreaterThan(0)
        })
      })
    })
  })

  it('leaves no debugger open that it has opened at the start', async () => {
    await withListener(saysNothing, async ({ port }) => {
      await withRevisionFolder(async ({ path, write }) => {
        await write('a.sql', '-- revision: aaa\n-- revises: none\n-- pgate: upgrade\n')
        const env = { DATABASE_URL: `postgres://u:p@127.0.0.1:${port}/d`, PGATE_MIGRATIONS: path }
        const opened: boolean[] = []
        for (const ms of [20, 30, 40, 60, 80, 120]) {
          const gate = startPgate([], { env: { ...env, PGATE_LOG_LEVEL: 'debug' } })
          await delay(ms)
          gate.kill('SIGUSR1')
          await delay(700)
          expect(await isOpen(PORT)).toBe(false)
          gate.kill('SIGKILL')
          opened.push((await gate.ended).stderr.includes('Debugger listening'))
        }
        expect(opened).toContain(true)
      })
    })
  })

  it('leaves a debugger alone that somebody has asked for', async () => {
    const { stderr } = await runPgate(['--version'], { env: { NODE_OPTIONS: '--inspect=0' } })
    expect(stderr).toContain('Debugger listening')
  })
})

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).finally(() => socket.destroy())
}
