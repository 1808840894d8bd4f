import { describe, expect, it } from 'vitest'
import { planImport } from '../../../../../src/formats/alembic/import/files.ts'
import { parseAlembicHistory } from '../../../../../src/formats/alembic/import/history.ts'
import {
  type ImportedRevision,
  importedRevisions,
} from '../../../../../src/formats/alembic/import/imported-revisions.ts'
import { linkRevisions, type RevisionGraph } from '../../../../../src/revisions/graph/graph.ts'
import { branchLabels } from '../../../../../src/revisions/graph/history.ts'
import { failureOf, graphOf, revision } from '../../../revisions/support.ts'
import { recorded, recordedProject, steps, upgradeOf } from './support.ts'

const EMPTY = graphOf()

function plan(revisions: readonly ImportedRevision[], present: RevisionGraph = EMPTY) {
  return planImport(revisions, 'm', present)
}

describe('an imported project', () => {
  it('keeps ids, parents, messages, dates and the order of the upgrade', async () => {
    const revisions = await recordedProject('branched')
    expect(
      revisions.map(({ id, revises, message, created }) => [id, revises, message, created]),
    ).toEqual([
      ['aaa111', [], 'Shop', '2025-01-01T10:00:00Z'],
      ['ccc333', ['aaa111'], 'Shipping', '2025-01-03T10:00:00Z'],
      ['ddd444', ['ccc333'], 'Tracking', '2025-01-04T10:00:00Z'],
      ['bbb222', ['aaa111'], 'Billing', '2025-01-02T10:00:00Z'],
      ['eee555', ['bbb222', 'ddd444'], 'merge billing and shipping', '2025-01-05T10:00:00Z'],
    ])
  })

  it.each(['branched', 'two-bases'])(
    'bears its labels where Alembic shows them: %s',
    async (name) => {
      const { entries } = parseAlembicHistory(recorded(`${name}/history.txt`))
      const shown = branchLabels(plan(await recordedProject(name)).graph)
      expect([...shown].sort()).toEqual(
        [...entries]
          .flatMap(([id, { labels }]) => (labels.length > 0 ? [[id, labels.toSorted()]] : []))
          .sort(),
      )
    },
  )

  it('depends on what a label or an id names', async () => {
    const revisions = await recordedProject('two-bases')
    expect(revisions.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ['001', []],
      ['002', []],
      ['101', ['001']],
      ['102', ['002']],
    ])
  })

  it('depends, without a history, on what its version row takes the place of', async () => {
    const revisions = await recordedProject('two-bases', { history: false })
    expect(revisions.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ['001', []],
      ['002', []],
      ['101', []],
      ['102', ['002']],
    ])
  })

  it('runs outside a transaction only what Alembic ran there and PostgreSQL would not', async () => {
    const modes = async (name: string) =>
      (await recordedProject(name)).map(({ transaction }) => transaction)
    expect(await modes('linear')).toEqual(['auto', 'auto', 'off'])
    expect(await modes('branched')).toEqual(Array(5).fill('auto'))
  })

  it('without SQL for the downgrade is irreversible', async () => {
    const revisions = importedRevisions(await steps(recorded('linear/upgrade.sql')))
    expect(revisions.map(({ downgrade }) => downgrade)).toEqual([null, null, null])
  })
})

describe('two texts that do not fit are refused:', () => {
  const up = () => steps(recorded('linear/upgrade.sql'))
  const history = (text: string) => parseAlembicHistory({ name: 'history.txt', text })

  it.each([
    [
      'a downgrade alone',
      async () => importedRevisions(await steps(recorded('linear/downgrade.sql'))),
      'the downgrade of c0b7d0e366e7 has no upgrade',
    ],
    [
      'two upgrades of one revision',
      async () =>
        importedRevisions([
          ...(await steps(upgradeOf('a1', 'SELECT 1;'))),
          ...(await steps(upgradeOf('a1', 'SELECT 2;'))),
        ]),
      'the upgrade of a1 is another one than in up.sql:7',
    ],
    [
      'a history that lacks a revision',
      async () => importedRevisions(await up(), history('Rev: a1\nParent: <base>\n')),
      'revision 972fc63ffb69 is not in history.txt',
    ],
    [
      'a history with other parents',
      async () => importedRevisions(await up(), history('Rev: 972fc63ffb69\nParent: a1\n')),
      '972fc63ffb69 revises the base; in history.txt:1 it is a1',
    ],
    [
      'a dependency that nothing has',
      async () =>
        importedRevisions(
          await steps(upgradeOf('a1', '')),
          history('Rev: a1\nParent: <base>\nAlso depends on: core\n'),
        ),
      '`Also depends on: core` names no revision and no branch',
    ],
  ])('%s', async (_, join, found) => {
    const error = await failureOf(join, 'IMPORT_INVALID')
    expect(error.message).toContain(found)
  })
})

describe('the files of an import', () => {
  it('are named by date, id and message', async () => {
    expect(plan(await recordedProject('linear')).files.map(({ path }) => path)).toEqual([
      'm/20251018_0230_972fc63ffb69_initial_database_schema.sql',
      'm/20251018_0355_567cc0f251e5_touch_users_keep_updated_at.sql',
      'm/20251018_2258_c0b7d0e366e7_guests_100_of_them.sql',
    ])
  })

  it('are named, and say, no more than is known without a history', async () => {
    const { files, graph } = plan(await recordedProject('linear', { history: false }))
    expect(files.map(({ path }) => path)).toEqual([
      'm/0001_972fc63ffb69.sql',
      'm/0002_567cc0f251e5.sql',
      'm/0003_c0b7d0e366e7.sql',
    ])
    expect(graph.order.map(({ message }) => message)).toEqual([
      'Alembic revision 972fc63ffb69',
      'Alembic revision 567cc0f251e5',
      'Alembic revision c0b7d0e366e7',
    ])
  })

  it('say what Alembic said, and read back they are whole', async () => {
    const { files, graph } = plan(await recordedProject('two-bases'))
    expect(files.find(({ revision: id }) => id === '102')?.text).toBe(`-- Reports with names
--
-- revision: 102
-- revises: 101
-- created: 2025-02-02T11:00:00Z
-- depends-on: 002

-- pgate: upgrade
CREATE VIEW names AS SELECT name FROM people;

-- pgate: downgrade
DROP VIEW names;
`)
    expect(graph).toMatchObject({ heads: ['002', '102'], bases: ['001', '101'] })
  })

  it('keep the names that the folder has for them, and number on behind the others', async () => {
    const present = linked(
      revision('aaa000', { file: 'm/first.sql' }),
      revision('972fc63ffb69', { file: 'm/mine.sql' }),
    )
    const { files } = plan(await recordedProject('linear', { history: false }), present)
    expect(files.map(({ path }) => path)).toEqual([
      'm/mine.sql',
      'm/0003_567cc0f251e5.sql',
      'm/0004_c0b7d0e366e7.sql',
    ])
  })

  it('may follow revisions that the folder has already', async () => {
    const last = importedRevisions(await steps(recorded('linear/upgrade-last.sql')))
    const { graph } = plan(last, linked(revision('567cc0f251e5')))
    expect(graph.heads).toEqual(['c0b7d0e366e7'])
  })

  it.each([
    [
      'a parent is nowhere',
      async () => plan(importedRevisions(await steps(recorded('linear/upgrade-last.sql')))),
      'c0b7d0e366e7 comes after 567cc0f251e5, which neither the SQL nor the folder has',
    ],
    [
      'the folder has the revision as a module',
      async () =>
        plan(
          importedRevisions(await steps(upgradeOf('a1', ''))),
          linked(revision('a1', { file: 'm/a1.ts' })),
        ),
      'revision a1 is in m/a1.ts, a module, which is not replaced',
    ],
    [
      'a name is taken by another revision',
      async () =>
        plan(
          importedRevisions(await steps(upgradeOf('a1', ''))),
          linked(revision('b2', { file: 'm/0002_A1.sql' })),
        ),
      'the file of a1 would be m/0002_a1.sql, which is another',
    ],
    [
      'a line of the SQL would cut the file',
      async () =>
        plan(importedRevisions(await steps(upgradeOf('a1', "SELECT '\n-- pgate: downgrade\n';")))),
      'revision a1 cannot be a revision file: a line `-- pgate: …` cuts its SQL',
    ],
    [
      'the folder has the label already',
      async () =>
        plan(
          await recordedProject('branched'),
          linked(revision('z9', { branchLabels: ['billing'] })),
        ),
      'billing',
    ],
  ])('are refused where %s', async (_, make, found) => {
    const error = await failureOf(make, 'IMPORT_INVALID')
    expect(error.message).toContain(found)
  })
})

function linked(...revisions: Parameters<typeof linkRevisions>[0]): RevisionGraph {
  const { graph, faults } = linkRevisions(revisions)
  if (graph === undefined) throw new Error(JSON.stringify(faults))
  return graph
}
