import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { partComponent, runtimeParts, SERVER_PARTS } from '../../../scripts/build/native.ts'
import { findPeers, PEERS } from '../../support/peers/peers.ts'

const ROOT = join(import.meta.dirname, '../../..')
const peers = await findPeers()

/** What npm and the build have made of the package; the image's has these components more. */
const bom = JSON.parse(readFileSync(join(ROOT, 'dist/sbom.cdx.json'), 'utf8'))
const inImage = [...runtimeParts(), ...SERVER_PARTS].map(partComponent)
const FORMS = { package: bom, image: { ...bom, components: [...bom.components, ...inImage] } }

interface Library {
  readonly Spec: { readonly Version: Readonly<Record<string, string>> }
  readonly Validation: {
    readonly JsonStrictValidator: new (
      version: string | undefined,
    ) => { validate(text: string): Promise<unknown> }
  }
}

describe.each(Object.entries(FORMS))('the bill of materials of the %s', (_, form) => {
  it.runIf(peers !== undefined)('is valid by the schema of CycloneDX 1.5', async () => {
    const library: Library = createRequire(join(PEERS, 'package.json'))(
      '@cyclonedx/cyclonedx-library',
    )
    const validator = new library.Validation.JsonStrictValidator(library.Spec.Version.v1dot5)
    expect(form.specVersion).toBe('1.5')
    expect(await validator.validate(JSON.stringify(form))).toBeNull()
    expect(await validator.validate(JSON.stringify({ ...form, version: 'one' }))).not.toBeNull()
  })

  it('has a licence for each component, and names none twice', () => {
    const components: readonly { 'bom-ref': string; licenses?: readonly unknown[] }[] =
      form.components
    expect(components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([])
    const refs = components.map((one) => one['bom-ref'])
    expect(new Set(refs).size).toBe(refs.length)
  })
})

describe("the image's label of licences", () => {
  it('has those of all components, and no other', () => {
    const components: readonly {
      licenses: readonly { license: { id?: string; name?: string } }[]
    }[] = FORMS.image.components
    const all = components.flatMap(({ licenses }) =>
      licenses.map(
        ({ license: { id, name = '' } }) => id ?? `LicenseRef-${name.replace(' ', '-')}`,
      ),
    )
    const [, label = ''] =
      /image\.licenses="(.*)"/.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')) ?? []
    // PGlite's two packages and the compiler have the licence of OpenSSL.
    expect(label.split(' AND ').toSorted()).toEqual([...new Set(all)].toSorted())
  })
})
