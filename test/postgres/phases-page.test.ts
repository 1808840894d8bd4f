import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { masked, runPage, stepsOf } from '../support/docs/page.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'
import { ZERO_DOWNTIME } from '../support/zero-downtime/processes.ts'

describe.each(anyServer())('docs/phases.md, on $name,', (server) => {
  const it = testOn(server)

  it('runs from top to bottom as it stands', async ({ database: { url } }) => {
    const env = { DATABASE_URL: url, PGATE_EXTENSIONS: '', PGATE_LOG_LEVEL: 'warn' }
    const prepare = (folder: string) =>
      cp(join(ZERO_DOWNTIME, 'migrations'), join(folder, 'migrations'), { recursive: true })
    const steps = await runPage(await stepsOf('phases.md'), { env, prepare })
    expect(steps.length).toBeGreaterThan(5)
    for (const { commands, prints, printed } of steps) {
      if (prints !== undefined) expect(masked(printed), commands).toBe(masked(prints))
    }
  })
})
