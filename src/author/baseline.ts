import { holderOf, parseKey } from '../catalog/object-key.ts'
import { MIGRATOR_KEY } from '../catalog/roles.sql.ts'
import { difference } from '../diff/difference.ts'
import type { Schema } from '../diff/schema.ts'
import type { Unwritten } from '../diff/statement.ts'
import { isToolTable } from '../formats/tool-rows.ts'
import type { RunContext } from '../gate/resources.ts'
import { withUsableServer } from '../gate/wait-step.ts'
import { NO_REVISIONS, type RevisionGraph } from '../revisions/graph/graph.ts'
import { madeOtherwise } from './made-equal.ts'
import { relativeNames } from './relative-names.ts'
import { sectionText } from './section.ts'
import { type ThrowawayPlace, upgradeTo, withThrowaway } from './throwaway.ts'
import { schemaIn } from './wanted.ts'

/** A live schema as the text of a revision. */
export interface WrittenSchema {
  readonly sql: string
  readonly statements: number
  /** Tables that are a migrator's own, and not of the schema. */
  readonly leftOut: readonly string[]
  /** What stands there that is not written, with why. */
  readonly unwritten: readonly Unwritten[]
  /** What the text has to make. */
  readonly wanted: Schema
}

/** Who owns what, and who may, is of this server's roles: a revision that names one runs nowhere else. */
const OF_ROLES: ReadonlySet<string> = new Set(['owner of', 'grant', 'revoke', 'setting'])

/**
 * Writes the schema of the database, whatever made it, from nothing but what PGATE_EXTENSIONS creates. Reads
 * alone; without owners, grants and the tables of migrators.
 * @throws {GateError} NOT_READY, CONNECTION_REFUSED, EXTENSION_*
 */
export async function writeLiveSchema(
  context: RunContext,
  { server }: Pick<ThrowawayPlace, 'server'>,
): Promise<WrittenSchema> {
  const live = await withUsableServer(context, { needs: 'read' }, (session) =>
    schemaIn(session, context),
  )
  const { wanted, leftOut } = withoutForeign(live)
  return withThrowaway(context, { server }, async (one) => {
    await upgradeTo(one, NO_REVISIONS, 'heads')
    const { wanted: empty } = withoutForeign(await schemaIn(one.session, one.context))
    // What is there before any revision stays.
    const keptKinds = new Set(['extension', 'schema', 'language'])
    const { statements, unwritten } = difference(empty, wanted, { renames: new Map(), keptKinds })
    const spell = await relativeNames(one.session, context.config.schema)
    const leaves = { leftOut: new Set<never>(), unwritten }
    const section = { statements, ...leaves, spell, from: empty, to: wanted }
    return { sql: sectionText(section), statements: statements.length, leftOut, unwritten, wanted }
  })
}

/** Applies the revision in a throwaway database: what is there otherwise than in the live one, a line each. */
export async function baselineDiffers(
  context: RunContext,
  { server }: Pick<ThrowawayPlace, 'server'>,
  { graph, wanted }: { readonly graph: RevisionGraph; readonly wanted: Schema },
): Promise<readonly string[]> {
  return withThrowaway(context, { server }, async (one) => {
    await upgradeTo(one, graph, 'heads')
    const { wanted: made } = withoutForeign(await schemaIn(one.session, one.context))
    const { session } = one
    const lines = await madeOtherwise(context, {
      ...{ wanted: wanted.objects, made: made.objects },
      ...{ session, holds: 'made' },
    })
    // Extensions that only the settings name are no fault of the text.
    return lines.filter((line) => !/^(?:extension|schema) .* should not be$/.test(line))
  })
}

/** Without tables of migrators and all that is theirs, and without what is of roles. */
function withoutForeign(schema: Schema): { readonly wanted: Schema; readonly leftOut: string[] } {
  const { objects, needs } = schema
  const columns = new Map<string, string[]>()
  for (const [key, definition] of objects) {
    if (!key.startsWith('column ')) continue
    const holder = holderOf(key, definition) ?? ''
    columns.set(holder, [...(columns.get(holder) ?? []), key.slice(`column ${holder}.`.length)])
  }
  const leftOut = [...columns]
    .filter(([table, names]) => isToolTable(table.replace(/^.*\./, '').replaceAll('"', ''), names))
    .map(([table]) => table)
  const gone = new Set(leftOut.map((table) => `table ${table}`))
  const isGone = (key: string): boolean => {
    const { kind = '' } = parseKey(key) ?? {}
    const definition = objects.get(key) ?? {}
    const holder = holderOf(key, definition)
    const owner = typeof definition.ownedBy === 'string' ? definition.ownedBy : ''
    return (
      key === MIGRATOR_KEY ||
      OF_ROLES.has(kind) ||
      gone.has(key) ||
      gone.has(`table ${holder}`) ||
      leftOut.some((table) => owner.startsWith(`${table}.`))
    )
  }
  const kept = new Map([...objects].filter(([key]) => !isGone(key)))
  const left = [...needs].flatMap(([key, all]) => {
    if (!kept.has(key)) return []
    return [[key, new Set([...all].filter((one) => kept.has(one)))] as const]
  })
  return { wanted: { ...schema, objects: kept, needs: new Map(left) }, leftOut }
}
