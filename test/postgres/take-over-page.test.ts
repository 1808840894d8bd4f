import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { flywayProject } from '../support/adopt/flyway.ts'
import type { Place, Project } from '../support/adopt/project.ts'
import { alembicProject } from '../support/adopt/python.ts'
import { ROOT } from '../support/docker/image.ts'
import { masked, type PageStep, runPage, stepsOf } from '../support/docs/page.ts'
import { sized } from '../support/run/long.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const STEPS = await stepsOf('take-over.md')
const ALEMBIC = STEPS.findIndex(({ commands }) => commands.includes('alembic'))

describe.each(servers({ docker: true }).slice(0, 1))('docs/take-over.md, on $name,', (server) => {
  const it = testOn(server)

  it.for<readonly [string, Project, readonly PageStep[]]>([
    ['Flyway', flywayProject, STEPS.slice(0, ALEMBIC)],
    ...(sized({ sample: false, whole: true })
      ? [['Alembic', alembicProject, STEPS.slice(ALEMBIC)] as const]
      : []),
  ])(
    'brings a project through the gate as it says: %s',
    async ([, project, steps], { database: { url } }) => {
      const prepare = (folder: string) => copyProject(project, { folder, url })
      const done = await runPage(steps, { env: { DATABASE_URL: url }, prepare })
      expect(done.length).toBeGreaterThan(0)
      for (const { commands, prints, printed } of done) {
        if (prints !== undefined) expect(masked(printed), commands).toBe(masked(prints))
      }
      expect(done.at(-1)?.printed).toContain('schema as the manifest promises')
    },
  )
})

/** The example, part of the way with its own tool; the tool itself on the path. */
async function copyProject({ name, made, command }: Project, place: Place): Promise<void> {
  await cp(join(ROOT, 'examples/adopt', name), place.folder, { recursive: true })
  await made(place)
  const [tool, ...args] = command?.(place) ?? []
  if (tool === undefined) return
  const words = [tool, ...args.slice(0, args.indexOf(name))]
  const program = `#!/bin/sh\nexec ${words.join(' ')} ${name} "$@"\n`
  await writeFile(join(place.folder, '.bin', name), program, { mode: 0o755 })
}
