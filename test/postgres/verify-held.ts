import { type Catalog, readCatalog } from '../../src/catalog/catalog.ts'
import type { Session } from '../../src/postgres/session/session.ts'
import { withTransaction } from '../../src/postgres/session/transaction.ts'
import {
  compareCatalogs,
  type DriftReport,
  hasDrift,
  withOrder,
} from '../../src/steps/verify/drift/drift.ts'
import { readFingerprint } from '../../src/steps/verify/fingerprint.ts'
import { formatManifest } from '../../src/steps/verify/manifest/format-manifest.ts'
import { type Manifest, parseManifest } from '../../src/steps/verify/manifest/manifest.ts'
import { manifestOf } from '../../src/steps/verify/manifest/manifest-of.ts'
import { loadEquivalent } from '../../src/steps/verify/spelling/parse-tree.ts'
import { readRespellings } from '../../src/steps/verify/spelling/respell.ts'
import { structureFaults } from '../../src/steps/verify/structure/structure.ts'
import { SILENT_LOG } from '../support/cli/silent-log.ts'
import type { Change } from './change.ts'
import { EVERYTHING } from './verify-sources.ts'

const asWritten = await loadEquivalent('as written')
const byMeaning = await loadEquivalent('with or without their table')

/** The manifest of a database, as verify gets it: written, and read back. */
export async function manifestFrom(session: Session, catalog: Catalog): Promise<Manifest> {
  const { signal } = new AbortController()
  const manifest = manifestOf(catalog, {
    heads: ['a'],
    checksums: new Map([['a', '0']]),
    schema: 'public',
    respelled: await readRespellings({ log: SILENT_LOG, signal }, session, catalog.objects),
  })
  return parseManifest(formatManifest(manifest), 'manifest.json')
}

/** What verify finds: the parser is asked where texts differ, as it does. */
export function drift(manifest: Manifest, live: Catalog): DriftReport {
  const sameMajor = manifest.server === live.server
  const report = compareCatalogs({
    expected: manifest.objects,
    respelled: manifest.respelled,
    live: live.objects,
    sameMajor,
    equivalent: sameMajor ? asWritten : byMeaning,
  })
  return withOrder(report)
}

/** The changes that verify or the fingerprint does not see as it should, one line each. */
export async function unseenChanges(
  session: Session,
  manifests: ReadonlyMap<string, Manifest>,
  changes: readonly Change[],
): Promise<readonly string[]> {
  const unseen: string[] = []
  const { schema: before } = await readFingerprint(session)
  for (const change of changes) {
    const { live, fingerprint } = await afterChange(session, change)
    if (fingerprint === before && change.found !== 'harmless')
      unseen.push(`${change.sql}: the fingerprint is the same`)
    for (const [name, manifest] of manifests) {
      const wanted = wantedOf(change, manifest, live)
      const seen = seenOf(change, manifest, live)
      if (seen !== wanted) unseen.push(`${name}: ${change.sql}: ${seen}, not ${wanted}`)
    }
  }
  return unseen
}

function wantedOf({ found, bodyOnly }: Change, manifest: Manifest, live: Catalog): string {
  return bodyOnly && manifest.server !== live.server ? 'notice' : found
}

function seenOf({ key, found }: Change, manifest: Manifest, live: Catalog): string {
  const report = drift(manifest, live)
  const has = (objects: readonly { readonly key: string }[]) =>
    objects.some((object) => object.key === key)
  if (found === 'fault') return isFaulty(key, manifest, live) ? 'fault' : 'not seen'
  if (has(report.missing)) return 'missing'
  if (has(report.different)) return 'different'
  const impact = report.extra.find((object) => object.key === key)?.impact
  if (impact !== undefined) return IMPACTS[impact]
  if (report.notices.some((line) => line.startsWith(`${key}:`))) return 'notice'
  return found === 'harmless' && hasDrift(report) ? 'shut' : 'harmless'
}

const IMPACTS = { shuts: 'shutting', warns: 'warned', harmless: 'extra' } as const

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

interface AfterChange {
  readonly live: Catalog
  readonly fingerprint: string
}

/** The catalog and the fingerprint as one change leaves them; the change is undone. */
async function afterChange(session: Session, change: Change): Promise<AfterChange> {
  const read: AfterChange[] = []
  await withTransaction(session, async () => {
    await session.query(change.sql)
    const { schema: fingerprint } = await readFingerprint(session)
    read.push({ live: await readCatalog(session, EVERYTHING), fingerprint })
    throw new Undo()
  }).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw new Error(`${change.sql} failed`, { cause: error })
  })
  const [after] = read
  if (after === undefined) throw new Error('nothing was read')
  return after
}
