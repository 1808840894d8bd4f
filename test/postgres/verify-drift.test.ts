import { beforeAll, describe, expect, it } from 'vitest'
import type { Session } from '../../src/postgres/session.ts'
import { withTransaction } from '../../src/postgres/transaction.ts'
import { type Catalog, readCatalog } from '../../src/verify/catalog.ts'
import { compareCatalogs, type DriftReport } from '../../src/verify/drift.ts'
import { formatManifest, type Manifest } from '../../src/verify/manifest.ts'
import { manifestOf } from '../../src/verify/manifest-of.ts'
import { parseManifest } from '../../src/verify/manifest-parse.ts'
import { type Equivalent, loadEquivalent } from '../../src/verify/parse-tree.ts'
import { structureFaults } from '../../src/verify/structure.ts'
import { CHANGES, type Change } from './verify-changes.ts'
import { EVERYTHING, schemaSources, withRichSchema } from './verify-sources.ts'

const SOURCES = schemaSources()
const manifests = new Map<string, Manifest>()
let equivalent: Equivalent

beforeAll(async () => {
  equivalent = await loadEquivalent()
  for (const source of SOURCES) {
    await withRichSchema(source, async (_, catalog) => {
      manifests.set(source.name, throughFile(catalog))
    })
  }
})

/** As verify gets it: written, and read back. */
function throughFile(catalog: Catalog): Manifest {
  const manifest = manifestOf(catalog, {
    heads: ['a'],
    checksums: new Map([['a', '0']]),
    schema: 'public',
    respelled: new Map(),
  })
  return parseManifest(formatManifest(manifest), 'manifest.json')
}

function drift(manifest: Manifest, live: Catalog): DriftReport {
  return compareCatalogs({
    expected: manifest.objects,
    live: live.objects,
    sameMajor: manifest.server === live.server,
    equivalent,
  })
}

describe.each(SOURCES)('the rich schema on $name', (source) => {
  it('is what the manifest of every other server promises', async () => {
    await withRichSchema(source, async (_, live) => {
      for (const [name, manifest] of manifests) {
        expect({ name, ...drift(manifest, live) }).toEqual({
          name,
          missing: [],
          different: [],
          extra: [],
          told: [],
        })
      }
    })
  })

  it('shows every single change, whichever server the manifest was made on', async () => {
    await withRichSchema(source, async (session) => {
      const unseen: string[] = []
      for (const change of CHANGES) {
        const live = await afterChange(session, change)
        for (const [name, manifest] of manifests) {
          const wanted = wantedOf(change, manifest, live)
          const seen = seenOf(change, manifest, live)
          if (seen !== wanted) unseen.push(`${name}: ${change.sql}: ${seen}, not ${wanted}`)
        }
      }
      expect(unseen).toEqual([])
    })
  }, 120_000)
})

function wantedOf({ found, bodyOnly }: Change, manifest: Manifest, live: Catalog): string {
  return bodyOnly && manifest.server !== live.server ? 'told' : found
}

function seenOf({ key, found }: Change, manifest: Manifest, live: Catalog): string {
  const report = drift(manifest, live)
  const has = (objects: readonly { readonly key: string }[]) =>
    objects.some((object) => object.key === key)
  if (found === 'fault') return isFaulty(key, manifest, live) ? 'fault' : 'not seen'
  if (has(report.missing)) return 'missing'
  if (has(report.different)) return 'different'
  if (has(report.extra)) return 'extra'
  return report.told.some((line) => line.startsWith(`${key}:`)) ? 'told' : 'not seen'
}

function isFaulty(key: string, manifest: Manifest, live: Catalog): boolean {
  const none = new Set<string>()
  const faults = structureFaults({
    live: live.objects,
    broken: live.broken,
    promised: manifest.objects,
    versions: none,
    liveVersions: none,
    extensions: [],
  })
  return faults.length === 1 && faults[0]?.subject === key
}

class Undo extends Error {}

/** The catalog as one change leaves it; the change is taken back. */
async function afterChange(session: Session, change: Change): Promise<Catalog> {
  const read: Catalog[] = []
  await withTransaction(session, async () => {
    await session.query(change.sql)
    read.push(await readCatalog(session, EVERYTHING))
    throw new Undo()
  }).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw new Error(`${change.sql} failed`, { cause: error })
  })
  const [catalog] = read
  if (catalog === undefined) throw new Error('nothing was read')
  return catalog
}
