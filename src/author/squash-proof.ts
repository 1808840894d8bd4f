import { GateError } from '../errors/error.ts'
import type { RunContext } from '../gate/resources.ts'
import { parseSqlRevision } from '../revisions/file/parse-sql.ts'
import { linkRevisions, type RevisionGraph } from '../revisions/graph/graph.ts'
import { revisionFileName } from '../revisions/write/file-name.ts'
import type { NewFile } from '../revisions/write/new-revision.ts'
import { renderRevisionFile } from '../revisions/write/render-file.ts'
import { ownTables } from '../store/tables.ts'
import { madeOtherwise } from './made-equal.ts'
import { readRowDigests } from './row-digests.ts'
import type { History, SquashRequest } from './squash-history.ts'
import { notSquashed, type SquashRange } from './squash-range.ts'
import { rowsOtherwise } from './squash-rows.ts'
import { downgradeTo, type Throwaway, upgradeTo, withThrowaway } from './throwaway.ts'
import { readUncompared } from './uncompared.ts'
import { schemaIn } from './wanted.ts'

/** A revision that is to be equal to others. */
export interface ToProve {
  readonly sections: { readonly upgrade: string; readonly downgrade: string | null }
  readonly wanted: History & {
    readonly session: Throwaway['session']
    readonly unsteady: ReadonlyMap<string, ReadonlySet<string>>
  }
}

/** Runs it where the history has not run, and compares; a downgrade that does not restore is left out. */
export async function proved(
  context: RunContext,
  request: SquashRequest,
  { sections, wanted }: ToProve,
): Promise<{ readonly file: NewFile; readonly hasDowngrade: boolean }> {
  const { range, server } = request
  const { file, graph } = fileOf(request, sections)
  return withThrowaway(context, { server }, async (one) => {
    const { session } = one
    await upgradeTo(one, graph, range.last.id).catch(refused)
    const { objects } = await schemaIn(session, one.context)
    const own = ownTables(one.context.config)
    const made = await readRowDigests(session, own)
    const uncompared = new Set(await readUncompared(session, own))
    const lines = [
      ...(await madeOtherwise(context, {
        ...{ wanted: wanted.after.objects, made: objects },
        ...{ session: wanted.session, holds: 'wanted' },
      })),
      ...rowsOtherwise(wanted.rows, made, wanted.unsteady),
      ...wanted.uncompared
        .filter((sql) => !uncompared.has(sql))
        .map((sql) => `is not done: ${sql}`),
    ]
    if (lines.length > 0)
      throw notSquashed(
        `what it makes is not what the revisions make:${lines.map((line) => `\n  ${line}`).join('')}`,
        'Carry the statements on these rows over with --data-from, or end the range before.',
        { differences: lines },
      )
    if (sections.downgrade === null) return { file, hasDowngrade: false }
    if (await isRestored(context, one, { graph, range, wanted }))
      return { file, hasDowngrade: true }
    return { ...fileOf(request, { ...sections, downgrade: null }), hasDowngrade: false }
  })
}

async function isRestored(
  context: RunContext,
  one: Throwaway,
  at: {
    readonly graph: RevisionGraph
    readonly range: SquashRange
    readonly wanted: ToProve['wanted']
  },
): Promise<boolean> {
  try {
    await downgradeTo(one, at.graph, { from: at.range.last.id })
  } catch (error) {
    if (error instanceof GateError && error.code === 'MIGRATION_FAILED') return false
    throw error
  }
  const { objects } = await schemaIn(one.session, one.context)
  const { before } = at.wanted
  const states = {
    wanted: before.objects,
    made: objects,
    session: one.session,
    holds: 'made',
  } as const
  return (await madeOtherwise(context, states)).length === 0
}

function refused(error: unknown): never {
  if (!(error instanceof GateError) || error.code !== 'MIGRATION_FAILED') throw error
  throw notSquashed(`what was written cannot be applied: ${error.message}`, 'End the range before.')
}

/** The file, and the graph that it gives together with those that stay. */
function fileOf(
  { graph, range, directory, message }: SquashRequest,
  sections: ToProve['sections'],
): { readonly file: NewFile; readonly graph: RevisionGraph } {
  const { id, created } = range.last
  const gone = new Set(range.members.map((one) => one.id))
  const { revises, dependsOn, members, phase } = range
  const named = { id, message, ...(created !== undefined && { created }) }
  const text = renderRevisionFile({
    ...{ ...named, revises, dependsOn, ...(phase !== undefined && { phase }), ...sections },
    branchLabels: members.flatMap(({ branchLabels }) => branchLabels),
    // Of one that was squashed itself, what it stands for.
    replaces: members.flatMap((one) => [
      ...(one.replaces ?? []),
      ...(one.id === id ? [] : [one.id]),
    ]),
  })
  const path = `${directory.replace(/\/$/, '')}/${revisionFileName(named)}`
  const parsed = parseSqlRevision(text, path)
  if (parsed.kind === 'faulty') throw new Error(`a squashed file cannot be read: ${path}`)
  const linked = linkRevisions([...graph.order.filter((one) => !gone.has(one.id)), parsed.revision])
  if (linked.graph === undefined) throw new Error(`a squashed file does not fit: ${path}`)
  return { file: { path, text }, graph: linked.graph }
}
