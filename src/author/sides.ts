import { loadFolder } from '../formats/formats.ts'
import type { RunContext } from '../gate/resources.ts'
import type { ConnectionHost } from '../gate/shadow.ts'
import { withUsableServer } from '../gate/wait-step.ts'
import { NO_REVISIONS } from '../revisions/graph/graph.ts'
import { isSource, modelsSource, readSource, type SchemaSource } from './source.ts'
import { withSpellings } from './spellings.ts'
import { upgradeTo, withThrowaway } from './throwaway.ts'
import { readSourceSchema, type SourceReading, type SourceSchema, schemaIn } from './wanted.ts'

/** One side of a difference. */
export type Side =
  | { readonly kind: 'live' }
  /** What the folder's revisions make, up to a target. */
  | { readonly kind: 'folder'; readonly target: string }
  | { readonly kind: 'source'; readonly source: SchemaSource }

/** A side as it is named, and by which option. */
export interface NamedSide {
  readonly text: string
  readonly label: string
}

/** A side's schema; `held` of one that may say less than there is. */
export type SideSchema = Omit<SourceSchema, 'held'> & Partial<Pick<SourceSchema, 'held'>>

/**
 * `live`, `models`, a source (a URL, `command:` and a command, a path that is there), or else a target of the
 * folder: `head`, `heads`, `base`, a revision.
 * @throws {GateError} CONFIG_INVALID
 */
export function readSide(
  { text, label }: NamedSide,
  { config, host }: Pick<RunContext, 'config'> & { readonly host: ConnectionHost },
): Side {
  if (text === 'live') return { kind: 'live' }
  if (text === 'models') return { kind: 'source', source: modelsSource(config, host) }
  const isPath = text.includes('/') || text.endsWith('.sql')
  if (isPath || (!TARGETS.includes(text) && isSource(text))) {
    return { kind: 'source', source: readSource({ text, label }, host) }
  }
  return { kind: 'folder', target: text }
}

const TARGETS = ['head', 'heads', 'base']

/**
 * Reads the schema of a side, on the database itself or in a throwaway one.
 * @throws {GateError} as reading its source does, and an upgrade
 */
export async function readSideSchema(
  context: RunContext,
  side: Side,
  { server, ground, other }: SourceReading,
): Promise<SideSchema> {
  if (side.kind === 'source') {
    const read = await readSourceSchema(context, side.source, { server, ground, other })
    // Of another database all is known.
    return side.source.kind === 'database' ? { schema: read.schema, server: read.server } : read
  }
  if (side.kind === 'live') {
    return withUsableServer(context, { needs: 'read' }, async (session) => ({
      schema: await schemaIn(session, context),
      server: session.server.major,
    }))
  }
  const isBase = side.target === 'base'
  // Base is what was there before any revision: there may be no folder yet.
  const graph = isBase ? NO_REVISIONS : await loadFolder(context.config)
  return withThrowaway(context, { server }, async (one) => {
    await upgradeTo(one, graph, isBase ? 'heads' : side.target)
    const { session } = one
    const found = await schemaIn(session, context)
    const about = { schema: found, other: other ?? found }
    const schema = await withSpellings(one.context, session, about)
    return { schema, server: session.server.major }
  })
}
