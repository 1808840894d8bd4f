import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dockerOutput } from '../support/docker/docker.ts'
import { NODE_IN_PLACE, ROOT, uniqueName, useImage } from '../support/docker/image.ts'
import { sized } from '../support/run/long.ts'

const image = useImage()

async function inspect<T>(tag: string, field: string): Promise<T> {
  return JSON.parse(await dockerOutput(['image', 'inspect', '--format', `{{json .${field}}}`, tag]))
}

/** What an expression of JavaScript gives inside the image. */
async function inside<T = readonly number[]>(expression: string): Promise<T> {
  const args = ['--print', `JSON.stringify(${expression})`]
  const { stdout } = await image.run(NODE_IN_PLACE, args)
  return JSON.parse(stdout)
}

/** Builds once more, with these options, while `use` runs. */
async function withBuild<T>(
  options: readonly string[],
  use: (tag: string) => Promise<T>,
): Promise<T> {
  const tag = uniqueName()
  await dockerOutput(['build', '--quiet', ...options, '--tag', tag, ROOT])
  try {
    return await use(tag)
  } finally {
    await dockerOutput(['image', 'rm', '--force', tag])
  }
}

describe('the build', () => {
  // In every run the engine's cache may hold them: it is the `long` project that builds everything again.
  const uncached = sized({ sample: [], whole: ['--no-cache'] })
  it('gives the same layers once more, at another time and under other labels', async () => {
    const layers = await inspect<readonly string[]>(image.tag, 'RootFS.Layers')
    const words = ['--build-arg', 'VERSION=9.8.7', '--build-arg', 'REVISION=abcdef0']
    await withBuild([...uncached, ...words], async (again) => {
      expect(await inspect(again, 'RootFS.Layers')).toEqual(layers)
      expect(await inspect(again, 'Config.Labels')).toMatchObject({
        'org.opencontainers.image.version': '9.8.7',
        'org.opencontainers.image.revision': 'abcdef0',
      })
    })
  })

  it('gives every file one time', async () => {
    const files = `fs.globSync('/{pgate,migrations}/**')`
    const times = await inside(`${files}.map((path) => fs.lstatSync(path).mtimeMs)`)
    expect(new Set(times)).toEqual(new Set([0]))
  })
})

interface Component {
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly hashes?: readonly unknown[]
}

const named = ({ name, version }: Component) => `${name} ${version}`

/** The components that are no packages, by what npm's own list never says. */
const isNative = ({ purl }: Component) => purl.startsWith('pkg:generic/')

describe('the bill of materials in the image', () => {
  it('lists each package of the bundle, as the lock file has it, what is no package, and no other', async () => {
    const bom = await inside<{ readonly components: readonly Component[] }>(
      `JSON.parse(fs.readFileSync('/pgate/sbom.cdx.json'))`,
    )
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'pgate' } },
    })
    expect(bom).not.toHaveProperty('metadata.timestamp')
    const packages = bom.components.filter((one) => !isNative(one))
    const listed = packages.map(named)
    const licences = await inside<string>(
      `fs.readFileSync('/pgate/THIRD-PARTY-LICENSES.txt', 'utf8')`,
    )
    const texts = licences.split(`\n${'-'.repeat(80)}\n\n`).map((text) => {
      const [first = ''] = text.split(' (', 1)
      return first
    })
    const native = bom.components.filter(isNative).map(named)
    const licensed = texts.filter((one) => !native.includes(one))
    expect(listed.toSorted()).toEqual(licensed.toSorted())
    expect(texts[0]).toMatch(/^node 24\./)
    expect(native).toEqual(expect.arrayContaining(['postgresql 18.6', 'libpg_query 18.0.0']))
    const counted = Object.groupBy(native, (one) => one.split(' ', 1)[0] ?? '')
    // Of some both Node.js and the built-in PostgreSQL have their own.
    for (const name of ['openssl', 'icu']) expect(counted[name]).toHaveLength(2)
    for (const name of ['node', 'v8', 'zlib', 'pgvector', 'libxml2', 'ossp-uuid']) {
      expect(counted[name]).toHaveLength(1)
    }
    expect(licences).toContain('OpenSSL')
    expect(licences).toContain('Brian M. Carlson')
    expect(listed).toContain('pg-protocol 1.16.1')
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
    // A package that is installed under another name has its own next to its version.
    const locked = Object.entries<{ readonly name?: string; readonly version: string }>(
      lock.packages,
    ).map(
      ([path, { name, version }]) => `${name ?? path.replace(/^.*node_modules\//, '')} ${version}`,
    )
    expect(listed.filter((one) => !locked.includes(one))).toEqual([])
    expect(packages.filter(({ hashes }) => hashes?.length !== 1)).toEqual([])
  })

  it('reports the version of the Node.js that the program is made of', async () => {
    const [version] = await inside<readonly string[]>(
      `JSON.parse(fs.readFileSync('/pgate/sbom.cdx.json')).components
        .filter(({ name }) => name === 'node').map(({ version }) => version)`,
    )
    expect(version).toMatch(/^24\./)
    const held = `fs.readFileSync('/pgate/pgate').includes('/node-v${version}.tar.gz')`
    expect(await inside<boolean>(held)).toBe(true)
  })
})
