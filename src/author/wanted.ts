import { stripVTControlCharacters } from 'node:util'
import { parseKey } from '../catalog/object-key.ts'
import { catalogScope } from '../catalog/scope.ts'
import type { StepContext } from '../config/context.ts'
import { readSchema } from '../diff/read-schema.ts'
import type { Schema } from '../diff/schema.ts'
import { EMBEDDED_EXTENSIONS, extensionsNamedIn } from '../embedded/bundles.ts'
import type { RunContext } from '../gate/resources.ts'
import { withUsableServer } from '../gate/wait-step.ts'
import type { ConnectionTarget } from '../postgres/connect/target.ts'
import type { Session } from '../postgres/session/session.ts'
import { NO_REVISIONS } from '../revisions/graph/graph.ts'
import { environmentOn } from '../steps/migrate/program-environment.ts'
import { commandName, runProgram } from '../steps/migrate/run-program.ts'
import { makeGround } from './ground.ts'
import { loadSql, modelsFailed, retry } from './load-sql.ts'
import type { SchemaSource } from './source.ts'
import { withSpellings } from './spellings.ts'
import { modelsInvalid, readSqlFiles, type SqlText } from './sql-files.ts'
import { type Throwaway, type ThrowawayPlace, upgradeTo, withThrowaway } from './throwaway.ts'

/** A schema, and what printed it. */
export interface ReadSchema {
  readonly schema: Schema
  /** The server's major version: another one may print the same thing otherwise. */
  readonly server: number
}

/** A schema that a source describes. */
export interface SourceSchema extends ReadSchema {
  /** The kinds of objects that the source itself holds; of all others it says nothing. */
  readonly held: ReadonlySet<string>
}

/** How a source is read. */
export interface SourceReading extends Pick<ThrowawayPlace, 'server'> {
  /** What models stand on and cannot express (extensions, schemas, functions) is taken from here. */
  readonly ground?: Schema | undefined
  /** What it will be held against: a text that differs from this one's is read in each of its spellings. */
  readonly other?: Schema | undefined
}

/**
 * Builds the schema of a source in a throwaway database, and reads it; another database is only read.
 * @throws {GateError} MODELS_INVALID, MODELS_FAILED, MIGRATOR_*, EXTENSION_*, NOT_READY, CONNECTION_REFUSED
 */
export async function readSourceSchema(
  context: RunContext,
  source: SchemaSource,
  reading: SourceReading,
): Promise<SourceSchema> {
  if (source.kind === 'database') return readDatabase(context, source.target)
  const texts = source.kind === 'files' ? await readSqlFiles(source.path) : []
  const extensions =
    source.kind === 'command'
      ? EMBEDDED_EXTENSIONS
      : texts.flatMap(({ text }) => extensionsNamedIn(text))
  return withThrowaway(context, { ...reading, extensions }, async (one) => {
    const { session, context: quiet } = one
    const { ground } = reading
    await upgradeTo(one, NO_REVISIONS, 'heads')
    if (ground !== undefined) await makeGround(one, ground, ['schema', 'extension'])
    const before = await schemaIn(session, context)
    const said = source.kind === 'files' ? texts : await runModels(one, source.words, before)
    const own = await load(one, said, ground)
    const found = await schemaIn(session, context)
    const { other = found } = reading
    const schema = await withSpellings(quiet, session, { schema: found, other })
    const added = [...(own ?? schema).objects.keys()].filter((key) => !before.objects.has(key))
    return { schema, server: session.server.major, held: kindsOf(added) }
  })
}

async function readDatabase(context: RunContext, target: ConnectionTarget): Promise<SourceSchema> {
  const config = { ...context.config, connection: target }
  const there = { ...context, config, embedded: undefined }
  return withUsableServer(there, { needs: 'read' }, async (session) => {
    const schema = await schemaIn(session, context)
    return { schema, server: session.server.major, held: kindsOf(schema.objects.keys()) }
  })
}

/** All that a database holds besides pgate's own tables. */
export function schemaIn(
  session: Session,
  { config }: Pick<StepContext, 'config'>,
): Promise<Schema> {
  return readSchema(session, catalogScope(config, 'all'))
}

/**
 * Runs the statements. Where some lack what they need, the ground is made: not before, since the source may
 * make it itself.
 * @returns what the source alone had made by then; undefined where it needed nothing else
 */
async function load(
  one: Throwaway,
  texts: readonly SqlText[],
  ground: Schema | undefined,
): Promise<Schema | undefined> {
  const { session, context } = one
  const stuck = await loadSql(session, context.config, texts)
  const [first] = stuck
  if (first === undefined) return undefined
  if (ground === undefined) throw modelsFailed(first)
  const own = await schemaIn(session, context)
  await makeGround(one, ground, ['function', 'procedure', 'aggregate'])
  const [left] = await retry(session, stuck)
  if (left !== undefined) throw modelsFailed(left)
  return own
}

/** What it prints; nothing where it has built the schema itself. */
async function runModels(
  { session, resources, context }: Throwaway,
  words: readonly string[],
  before: Schema,
): Promise<readonly SqlText[]> {
  const name = commandName(words)
  let said = ''
  await resources.reach?.((connection) => {
    const environment = environmentOn(connection, context.environment ?? {})
    const there = { ...context, environment }
    return runProgram(there, words, (piece) => {
      said += piece
    })
  })
  const { objects } = await schemaIn(session, context)
  const built = [...objects.keys()].some(
    (key) => !before.objects.has(key) && !key.startsWith('extension '),
  )
  if (built) return []
  const text = stripVTControlCharacters(said)
  if (text.trim() !== '') return [{ name: `output of ${name}`, text }]
  throw modelsInvalid(
    `${name} ended with 0, has printed nothing on its standard output, and has built nothing in the database of DATABASE_URL`,
  )
}

function kindsOf(keys: Iterable<string>): ReadonlySet<string> {
  return new Set([...keys].flatMap((key) => parseKey(key)?.kind ?? []))
}
