import { parseKey } from '../catalog/object-key.ts'
import { difference } from '../diff/difference.ts'
import { OF_THE_CLUSTER } from '../diff/kinds/words.ts'
import type { Statement } from '../diff/statement.ts'
import type { RunContext } from '../gate/resources.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import type { NewFile } from '../revisions/write/new-revision.ts'
import { ownTables } from '../store/tables.ts'
import { relativeNames } from './relative-names.ts'
import { readDrawn, readRowDigests } from './row-digests.ts'
import { sectionText } from './section.ts'
import { carriedOver } from './squash-data.ts'
import { type History, runHistory, type SquashRequest } from './squash-history.ts'
import { proved } from './squash-proof.ts'
import { notSquashed, type SquashRange } from './squash-range.ts'
import { unsteadyColumns, writtenRows } from './squash-rows.ts'
import { type Throwaway, upgradeTo, withThrowaway } from './throwaway.ts'

/** The revision that equals them, still to be written. */
export interface Squashed {
  readonly file: NewFile
  readonly statements: number
  /** Rows that it writes out. */
  readonly rows: number
  readonly hasDowngrade: boolean
}

/**
 * One revision that equals those of the range, written from the schemas before and after it and proved in
 * throwaway databases: the same catalog, the order of columns included, and the same rows. Its id is that of the
 * last; it `replaces` the others.
 * @throws {GateError} REVISION_NOT_SQUASHED, with what keeps it from being equal
 */
export async function squash(context: RunContext, request: SquashRequest): Promise<Squashed> {
  const { server, range, graph, dataFrom } = request
  const carried = await carriedOver(range, dataFrom)
  const place = { server }
  const rowsAgain = () =>
    withThrowaway(context, place, async (two) => {
      await upgradeTo(two, graph, range.last.id)
      return readRowDigests(two.session, ownTables(two.context.config))
    })
  return withThrowaway(context, place, async (one) => {
    const [history, second] = await Promise.all([runHistory(one, request, carried), rowsAgain()])
    const { before, after, rows, kept } = history
    const changes = difference(before, after, { renames: new Map() })
    refuseUnequal(range, changes.statements, changes.unwritten)
    const unsteady = unsteadyColumns(rows, second, new Set(kept.keys()))
    const inserts = isFromBase(range)
      ? await writtenRows(one.session, rows, {
          unsteady,
          kept,
          order: tablesOf(changes.statements),
        })
      : []
    const spell = await relativeNames(one.session, one.context.config.schema)
    const data = [
      ...inserts.map((sql) => spell(`${sql};`)),
      ...carried.flatMap(({ statements }) => statements),
      ...(isFromBase(range) ? await setvals(one) : []).map(spell),
    ]
    const back = difference(after, before, { renames: new Map() })
    const sections = {
      upgrade: upgradeText({ ...history, statements: changes.statements, data, spell }),
      downgrade:
        back.unwritten.length > 0
          ? null
          : sectionText({
              statements: back.statements,
              leftOut: new Set(),
              spell,
              from: after,
              to: before,
            }),
    }
    const wanted = { ...history, session: one.session, unsteady }
    const written = await proved(context, request, { sections, wanted })
    const count =
      inserts.length === 0 ? 0 : [...rows.values()].reduce((sum, { count }) => sum + count, 0)
    return { ...written, statements: changes.statements.length, rows: count }
  })
}

function tablesOf(statements: readonly Statement[]): readonly string[] {
  return statements.flatMap(({ key, sql }) => {
    const { kind, name = '' } = parseKey(key) ?? {}
    return kind === 'table' && sql.startsWith('CREATE ') ? [name] : []
  })
}

function isFromBase({ revises, dependsOn }: SquashRange): boolean {
  return revises.length === 0 && dependsOn.length === 0
}

/** Next to what the engine cannot write: what a database before the range would lose. */
function refuseUnequal(
  range: SquashRange,
  statements: readonly Statement[],
  unwritten: readonly { readonly key: string; readonly why: string }[],
): void {
  // What came or went meanwhile in the cluster is no revision's.
  const own = unwritten.filter(({ why }) => why !== OF_THE_CLUSTER.why)
  if (own.length > 0)
    throw notSquashed(
      `not all of it can be written:${own.map(({ key, why }) => `\n  ${key}: ${why}`).join('')}`,
      'End the range before the revision that makes it.',
    )
  const lost = statements.flatMap(({ destroys }) => destroys ?? [])
  if (isFromBase(range) || lost.length === 0) return
  throw notSquashed(
    `it would destroy ${lost.join(', ')} of databases that are not at the range yet; a rename looks like that, too`,
    'Begin the range at base, or leave that revision out of it.',
    { destroys: lost },
  )
}

/** What fires, or is checked, row by row comes after the rows. */
const AFTER_ROWS: ReadonlySet<string> = new Set(['trigger', 'event trigger', 'rule'])

function upgradeText({
  statements,
  data,
  before,
  after,
  uncompared,
  spell,
}: Pick<History, 'before' | 'after' | 'uncompared'> & {
  readonly spell: (sql: string) => string
  readonly statements: readonly Statement[]
  readonly data: readonly string[]
}): string {
  const isLate = ({ key, sql }: Statement) =>
    data.length > 0 &&
    (AFTER_ROWS.has(parseKey(key)?.kind ?? '') || /^ALTER TABLE .* FOREIGN KEY /s.test(sql))
  const text = (some: readonly Statement[]) =>
    sectionText({ statements: some, leftOut: new Set(), spell, from: before, to: after })
  const views = statements.flatMap(
    ({ sql }) => /^CREATE MATERIALIZED VIEW (\S+)/.exec(sql)?.[1] ?? [],
  )
  return [
    text(statements.filter((one) => !isLate(one))),
    ...data,
    ...(data.length > 0 ? views.map((view) => spell(`REFRESH MATERIALIZED VIEW ${view};`)) : []),
    text(statements.filter(isLate)),
    ...uncompared.map((sql) => spell(`${sql};`)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

async function setvals({ session, context }: Throwaway): Promise<readonly string[]> {
  const drawn = await readDrawn(session, ownTables(context.config))
  return drawn.map(
    ({ name, last }) => `SELECT pg_catalog.setval(${quoteLiteral(name)}::regclass, ${last});`,
  )
}
