import { describe, expect, it } from 'vitest'
import { manifestFor } from '../../../src/gate/promised.ts'
import { NO_REVISIONS } from '../../../src/revisions/graph/graph.ts'
import type { Manifest } from '../../../src/steps/verify/manifest/manifest.ts'

describe('the manifest of what another program migrates', () => {
  const made = (...heads: readonly string[]): Manifest => ({
    ...{ format: 2, server: 18, schema: 'public', heads, revisions: {}, schemas: ['public'] },
    ...{ objects: new Map(), respelled: new Map() },
  })

  it.each([
    ['fits at the heads that it was made for', ['c27b90e4f530'], ['c27b90e4f530'], true],
    ['does not fit before them', ['c27b90e4f530'], ['3f1c9a2b7d10'], false],
    ['fits a program that keeps no version rows', [], [], true],
  ])('%s', (_, heads, rows, fits) => {
    const files = { graph: NO_REVISIONS, manifest: made(...heads), staleReason: null }
    expect(manifestFor(files, new Set(rows)).staleReason === null).toBe(fits)
  })
})
