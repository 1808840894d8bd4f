/**
 * What the bundle is made of, for anybody who looks for a vulnerable package: npm's own bill of
 * materials of the lock file, of which only the packages that gave the bundle a file are kept.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const FILE = 'sbom.cdx.json'

export interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly scope?: string
  readonly properties?: readonly unknown[]
}

/** As far as it is looked at; all else goes through as npm wrote it. */
interface Bom {
  readonly metadata: { readonly component: Component; readonly timestamp: string }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

/**
 * Writes `sbom.cdx.json` (CycloneDX 1.5): the same bytes for the same lock file and the same npm.
 * @param folders the packages' folders, relative to `root`
 * @param components what is no package
 * @throws Error where npm's list lacks one of them
 * @see https://docs.npmjs.com/cli/commands/npm-sbom
 */
export async function writeSbom(
  root: string,
  folders: readonly string[],
  { outdir, components }: { readonly outdir: string; readonly components: readonly Component[] },
): Promise<void> {
  const bundled = await Promise.all(folders.map((folder) => refOf(join(root, folder))))
  const bom = onlyBundled(await npmBom(root), new Set(bundled), components)
  await writeFile(join(outdir, FILE), `${JSON.stringify(bom, null, 2)}\n`)
}

async function refOf(folder: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  return `${name}@${version}`
}

async function npmBom(root: string): Promise<Bom> {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
  const { stdout } = await promisify(execFile)('npm', args, { cwd: root, maxBuffer: 2 ** 26 })
  return JSON.parse(stdout)
}

/** Time and serial number of the call are left out or made of the content; the rest is npm's. */
function onlyBundled(
  { metadata, ...bom }: Bom,
  bundled: ReadonlySet<string>,
  more: readonly Component[],
): object {
  const packages = bom.components.filter((one) => bundled.has(one['bom-ref'])).map(asBundled)
  const components = [...packages, ...more]
  const missing = [...bundled].filter((ref) => !components.some((one) => one['bom-ref'] === ref))
  if (missing.length > 0) throw new Error(`npm's list of packages lacks ${missing.join(', ')}`)
  const [program] = metadata.component['bom-ref'].split('@')
  const dependencies = bom.dependencies
    .filter(({ ref }) => ref === metadata.component['bom-ref'] || bundled.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((on) => bundled.has(on)) }))
  const { timestamp: _, ...lasting } = metadata
  // npm names the program after the folder of the checkout.
  const about = { ...lasting, component: { ...metadata.component, name: program } }
  const serial = uuidOf(JSON.stringify([about, components, dependencies]))
  return {
    ...bom,
    serialNumber: `urn:uuid:${serial}`,
    metadata: about,
    components,
    dependencies,
  }
}

/**
 * Nothing is installed next to the bundle, so npm calls all of it development: here it ships. A package
 * that is installed under another name is called by that, too: no scanner would know it.
 */
function asBundled(component: Component): Component {
  const name = component['bom-ref'].replace(/@[^@]*$/, '')
  return { ...component, name, scope: 'required', properties: [] }
}

/** A name-based UUID (version 8) of a text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
