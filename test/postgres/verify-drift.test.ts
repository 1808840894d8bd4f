import { beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/steps/verify/manifest/manifest.ts'
import { share } from '../support/run/long.ts'
import { CHANGES } from './verify-changes.ts'
import { drift, manifestFrom, unseenChanges } from './verify-held.ts'
import { schemaSources, withRichSchema } from './verify-sources.ts'

const SOURCES = schemaSources()
const manifests = new Map<string, Manifest>()

beforeAll(async () => {
  for (const source of SOURCES) {
    await withRichSchema(source, async (session, catalog) => {
      manifests.set(source.name, await manifestFrom(session, catalog))
    })
  }
})

const NO_DRIFT = { missing: [], different: [], reordered: [], extra: [], notices: [] }

describe.each(SOURCES)('the rich schema on $name', (source) => {
  const changes = share(CHANGES, { part: SOURCES.indexOf(source), of: SOURCES.length })

  it('is what the manifest of every other server promises', async () => {
    await withRichSchema(source, async (_, live) => {
      for (const [name, manifest] of manifests) {
        expect({ name, ...drift(manifest, live) }).toEqual({ name, ...NO_DRIFT })
      }
    })
  })

  it('shows every single change, whichever server the manifest was made on', async () => {
    await withRichSchema(source, async (session) => {
      expect(await unseenChanges(session, manifests, changes)).toEqual([])
    })
  }, 400_000)
})
