import { isSameSet } from '../base/set.ts'
import type { Schema } from '../diff/schema.ts'
import { NO_REVISIONS, type RevisionGraph } from '../revisions/graph/graph.ts'
import { tips } from '../revisions/graph/lineage.ts'
import { ownTables } from '../store/tables.ts'
import { readInsert, readRowDigests } from './row-digests.ts'
import type { CarriedOver } from './squash-data.ts'
import type { SquashRange } from './squash-range.ts'
import type { RowTables } from './squash-rows.ts'
import { type Throwaway, type ThrowawayPlace, upgradeTo } from './throwaway.ts'
import { readUncompared } from './uncompared.ts'
import { schemaIn } from './wanted.ts'

/** What is to become one revision. */
export interface SquashRequest extends Pick<ThrowawayPlace, 'server'> {
  readonly graph: RevisionGraph
  readonly directory: string
  readonly range: SquashRange
  readonly message: string
  /** Ids of revisions whose statements on rows are carried over as they are. */
  readonly dataFrom: readonly string[]
}

/** What the revisions of the range have made of what was there before. */
export interface History {
  readonly before: Schema
  readonly after: Schema
  readonly rows: RowTables
  /** What the range made of what {@link readUncompared} reads. */
  readonly uncompared: readonly string[]
  /** By table that carried statements write to: the INSERTs of what it held before. */
  readonly kept: ReadonlyMap<string, string | undefined>
}

/** Runs what is to be squashed, and looks around each revision whose statements are carried over. */
export async function runHistory(
  one: Throwaway,
  { graph, range }: SquashRequest,
  carried: readonly CarriedOver[],
): Promise<History> {
  const { session, context } = one
  const own = ownTables(context.config)
  await upgradeTo(one, NO_REVISIONS, 'heads')
  for (const id of [...range.revises, ...range.dependsOn]) await upgradeTo(one, graph, id)
  const before = await schemaIn(session, context)
  const known = new Set(await readUncompared(session, own))
  const kept = new Map<string, string | undefined>()
  for (const { revision } of carried) {
    const earlier = range.members.slice(0, range.members.indexOf(revision)).map(({ id }) => id)
    for (const id of tips(graph, earlier)) await upgradeTo(one, graph, id)
    const held = await readRowDigests(session, own)
    const inserts = new Map<string, string | undefined>()
    for (const [name, table] of held) inserts.set(name, await readInsert(session, table, new Set()))
    await upgradeTo(one, graph, revision.id)
    for (const [name, { count, columns }] of await readRowDigests(session, own)) {
      const digests = new Set(columns.map(({ digest }) => digest))
      const same = isSameSet(digests, new Set(held.get(name)?.columns.map(({ digest }) => digest)))
      if ((same && held.get(name)?.count === count) || kept.has(name)) continue
      if (count > 0 || (held.get(name)?.count ?? 0) > 0) kept.set(name, inserts.get(name))
    }
  }
  await upgradeTo(one, graph, range.last.id)
  const rows = await readRowDigests(session, own)
  const all = await readUncompared(session, own)
  const uncompared = all.filter((sql) => !known.has(sql))
  return { before, after: await schemaIn(session, context), rows, uncompared, kept }
}
