import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSqlRevision } from '../../../src/revisions/file/parse-sql.ts'
import { newRevisionFile } from '../../../src/revisions/write/new-revision.ts'
import { anyText, outcomeOf, runs } from '../../support/cli/fuzz.ts'
import { linkedGraph } from '../../support/graphs/random-graph.ts'

const IDS = ['aaa1', '..', '../../etc/x', 'a/b', 'a\\b', 'C:x', '.hidden', 'none', 'x'.repeat(33)]
const MESSAGES = [
  '../../etc/passwd',
  'revision: x',
  'pgate: upgrade',
  "it's; drop table t; --",
  '/*',
]

describe('a new revision of any id, message and labels', () => {
  it('stays in its folder and says what was asked, or is refused', async () => {
    const asked = fc.record({
      id: fc.oneof(
        { weight: 3, arbitrary: fc.constant('aaa1') },
        fc.constantFrom(...IDS),
        anyText(),
      ),
      message: fc.oneof(fc.constantFrom(...MESSAGES), anyText(MESSAGES)),
      branchLabels: fc.array(fc.oneof(fc.constantFrom('x', ...IDS), anyText()), { maxLength: 2 }),
      kind: fc.constantFrom('sql' as const, 'ts' as const, 'merge' as const),
    })
    await fc.assert(
      fc.asyncProperty(asked, async (some) => {
        const created = '2025-10-18T02:30:00Z'
        const revision = { ...some, created, revises: [], dependsOn: [] }
        const outcome = await outcomeOf(() => newRevisionFile(linkedGraph([]), 'm', revision))
        if (outcome.kind === 'refused') {
          expect(['CONFIG_INVALID', 'REVISION_DUPLICATE']).toContain(outcome.failure.code)
          return
        }
        const { path, text } = outcome.result
        expect(path).toMatch(/^m\/20251018_0230_[\p{L}\p{N}_.-]+\.(?:sql|ts)$/u)
        if (some.kind === 'ts') return
        const read = parseSqlRevision(text, path)
        expect(read).toMatchObject({
          kind: 'revision',
          revision: { id: some.id, branchLabels: some.branchLabels },
        })
      }),
      runs(500),
    )
  })
})
