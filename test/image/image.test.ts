import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dockerOutput, lastLine } from '../support/docker/docker.ts'
import { NODE_IN_PLACE, ROOT, useImage } from '../support/docker/image.ts'

const image = useImage()

async function inspect<T>(field: string): Promise<T> {
  return JSON.parse(
    await dockerOutput(['image', 'inspect', '--format', `{{json .${field}}}`, image.tag]),
  )
}

describe('the image', () => {
  it('shows its help', async () => {
    const { exitCode, stdout, stderr } = await image.run([], ['--help'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^Usage: pgate /)
  })

  it('is below 200 MB', async () => {
    expect(await inspect<number>('Size')).toBeLessThan(200_000_000)
  })

  it('starts pgate itself: no shell is between the program and its signals', async () => {
    expect(await inspect('Config.Entrypoint')).toEqual(['/pgate/pgate'])
    expect(await inspect('Config.Cmd')).toBeNull()
  })

  it('says what it is, in the labels of the Open Container Initiative', async () => {
    const { version, homepage } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const prefix = 'org.opencontainers.image'
    const source = homepage.replace('#readme', '')
    expect(await inspect('Config.Labels')).toEqual({
      [`${prefix}.title`]: 'pgate',
      [`${prefix}.description`]: expect.stringMatching(/^The gate between PostgreSQL and an API/),
      [`${prefix}.version`]: version,
      [`${prefix}.revision`]: 'unknown',
      [`${prefix}.created`]: '1970-01-01T00:00:00Z',
      [`${prefix}.source`]: source,
      [`${prefix}.url`]: source,
      [`${prefix}.documentation`]: `${source}/blob/HEAD/docs/image.md`,
      [`${prefix}.vendor`]: 'pgate',
      [`${prefix}.authors`]: 'pgate contributors',
      [`${prefix}.base.name`]: 'gcr.io/distroless/cc-debian13:latest',
      [`${prefix}.licenses`]: expect.stringMatching(/^MIT AND .* AND PostgreSQL AND /),
    })
  })

  it('runs as a user that has a number and is not root', async () => {
    expect(await inspect('Config.User')).toBe('65532:65532')
    const ids = 'JSON.stringify([process.getuid(), process.getgid()])'
    const { stdout } = await image.run(NODE_IN_PLACE, ['--print', ids])
    expect(JSON.parse(stdout)).toEqual([65532, 65532])
  })

  it('holds the program and the revisions, no shell and no other Node.js', async () => {
    const list = "JSON.stringify(['/pgate', '/migrations'].map((path) => fs.readdirSync(path)))"
    const { stdout } = await image.run(NODE_IN_PLACE, ['--print', list])
    const [program, revisions] = JSON.parse(stdout)
    expect(program).toEqual(['THIRD-PARTY-LICENSES.txt', 'pgate', 'sbom.cdx.json'])
    expect(revisions).toEqual(readdirSync(join(ROOT, 'migrations')))
    for (const program of ['/bin/sh', '/nodejs/bin/node', 'node']) {
      const { exitCode } = await image.run(['--entrypoint', program])
      expect(exitCode, program).toBe(127)
    }
  })

  it('opens the gate on its built-in PostgreSQL, with no network and nothing to write to', async () => {
    const { exitCode, stdout } = await image.run(
      ['--network', 'none', '--read-only', '--cap-drop', 'ALL'],
      ['gate', '--embedded', '--log-format', 'pretty'],
    )
    expect(lastLine(stdout)).toMatch(/^gate open \(exit 0\)/)
    expect(exitCode).toBe(0)
  })

  it('finds its own manifest true', async () => {
    const { exitCode } = await image.run(['--network', 'none'], ['manifest', '--check'])
    expect(exitCode).toBe(0)
  })
})
