import { randomBytes } from 'node:crypto'
import { baselineDiffers, type WrittenSchema, writeLiveSchema } from '../../author/baseline.ts'
import { throwawayServer } from '../../author/throwaway.ts'
import { counted } from '../../base/words.ts'
import { OWN_TABLES } from '../../config/values.ts'
import { GateError } from '../../errors/error.ts'
import { type DumpedSchema, type DumpedTable, dumpedSchema } from '../../formats/dump/dump.ts'
import { formatOf, loadFolder, refuseOthersFolder } from '../../formats/formats.ts'
import { textOf } from '../../formats/import-invalid.ts'
import { isToolTable } from '../../formats/tool-rows.ts'
import { buildManifest } from '../../gate/manifest.ts'
import { loadRevisionsToExtend, writeRevisionFile } from '../../revisions/write/new-file.ts'
import { newRevisionFile } from '../../revisions/write/new-revision.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'
import { readCurrent } from './current.ts'

interface BaselineOptions extends CommonOptions {
  readonly message: string
  readonly revId?: string
  readonly output?: string
  readonly shadowUrl?: string
  readonly fromDatabase?: boolean
}

/** One revision file that makes the schema of a database, whatever made it. */
export const baseline: Command<BaselineOptions> = {
  examples: ['pg_dump --schema-only | pgate baseline', 'pgate baseline --from-database'],
  declare: (commander) => {
    commander
      .option('-m, --message <text>', 'what it is, in a few words', 'Baseline')
      .option('--rev-id <id>', 'its id, instead of the one that the database is at')
      .option('--output <folder>', 'where the file goes; else PGATE_MIGRATIONS')
      .option('--from-database', 'write the schema of DATABASE_URL itself, without a dump')
      .option('--shadow-url <url>', 'a server to try it on, instead of the embedded PostgreSQL')
  },
  run: async (context, options) => {
    const config =
      options.output === undefined
        ? context.config
        : ({ ...context.config, migrations: options.output, format: 'pgate' } as const)
    refuseOthersFolder(config)
    const { migrations } = config
    const present = await loadRevisionsToExtend(migrations)
    if (present.order.length > 0) throw notTheFirst(migrations)
    const server = throwawayServer(context, options.shadowUrl)
    const live =
      options.fromDatabase === true ? await writeLiveSchema(context, { server }) : undefined
    const schema = live ?? (await dumped(context))
    const at = options.revId === undefined ? await headOf(context) : undefined
    const id = options.revId ?? at ?? randomBytes(6).toString('hex')
    const created = context.clock
      .date()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
    const { message } = options
    const links = { revises: [], dependsOn: [], branchLabels: [] }
    const revision = {
      ...links,
      id,
      message,
      created,
      kind: 'sql',
      upgrade: schema.sql,
    } as const
    const file = newRevisionFile(present, migrations, revision)
    await writeRevisionFile(file)
    context.log.info('revision.created', `${file.path} is revision ${id}`)
    const graph = await loadFolder(config)
    const own = { ...context, config }
    if (live !== undefined) {
      const lines = await baselineDiffers(own, { server }, { graph, wanted: live.wanted })
      if (lines.length > 0) throw unproved(file.path, lines)
    }
    const made = await buildManifest(own, { graph, targets: ['head'], server })
    const objects = made.objects.size
    return report({ file: file.path, id, at, objects, schema })
  },
}

async function dumped(context: CommandContext): Promise<DumpedSchema> {
  const isMigrators = ({ name, columns }: DumpedTable) =>
    [context.config.versionTable, ...OWN_TABLES].includes(name) || isToolTable(name, columns)
  const schema = await dumpedSchema(await readDump(context), isMigrators)
  return { ...schema, sql: upgradeOf(schema) }
}

/** Functions may call what comes below them, as in the dump. */
function upgradeOf({ sql }: DumpedSchema): string {
  const hasFunction = /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) /m.test(sql)
  return `${hasFunction ? 'SET check_function_bodies = false;\n\n' : ''}${sql}\n`
}

/** The file is there all the same: what is named may be written by hand. */
function unproved(file: string, lines: readonly string[]): GateError {
  return new GateError(
    'AUTOGENERATE_UNPROVED',
    `${file} does not make all of it:${lines.map((line) => `\n  ${line}`).join('')}`,
    {
      facts: { file, differences: lines },
      hint: `Write what is listed into ${file} by hand; or remove it, and give pg_dump's text instead: pg_dump --schema-only "$DATABASE_URL" | pgate baseline`,
    },
  )
}

async function readDump({ host, signal }: CommandContext) {
  const bytes = await host.readInput(signal)
  if (bytes === null) {
    throw new GateError('USAGE', 'there is no dump to read', {
      hint: 'Run `pg_dump --schema-only "$DATABASE_URL" | pgate baseline`, or without a dump `pgate baseline --from-database`.',
    })
  }
  return textOf({ name: 'standard input', bytes })
}

/** Where the database that was dumped is, if its history has heads: it is then at the baseline at once. */
async function headOf(context: CommandContext): Promise<string | undefined> {
  const { config } = context
  if (config.connection === undefined || formatOf(config).rules.rows !== 'heads') return undefined
  const [head, ...others] = await readCurrent(context)
  if (others.length === 0) return head
  throw new GateError(
    'REVISION_MULTIPLE_HEADS',
    `the database is at several heads: ${[head, ...others].join(', ')}`,
    {
      facts: { heads: [head, ...others] },
      hint: 'Merge them with the tool that made them (alembic merge heads, alembic upgrade head), or give the baseline an id of its own with --rev-id and stamp it: pgate stamp --purge head.',
    },
  )
}

function notTheFirst(directory: string): GateError {
  return new GateError(
    'REVISION_NOT_WRITTEN',
    `${directory} holds revisions already, and a baseline is the first`,
    { facts: { directory }, hint: 'Give an empty folder with --output, or PGATE_MIGRATIONS.' },
  )
}

interface Made {
  readonly file: string
  readonly id: string
  /** The id, where the database has it already. */
  readonly at: string | undefined
  readonly objects: number
  readonly schema: DumpedSchema & Partial<Pick<WrittenSchema, 'unwritten'>>
}

function report({ file, id, at, objects, schema }: Made): CommandOutput {
  const { leftOut, statements, unwritten = [] } = schema
  const next =
    at === undefined ? 'pgate manifest, then pgate stamp head' : 'pgate manifest, then pgate verify'
  return {
    json: { file, revision: id, statements, objects, leftOut, unwritten, atHead: at !== undefined },
    lines: [
      file,
      ...leftOut.map((table) => `note: left out, a migrator's own: ${table}`),
      ...unwritten.map(({ key, why }) => `note: not written: ${key}: ${why}`),
    ],
    verdict: `revision ${id} makes ${counted(objects, 'object')} on an empty database${at === undefined ? '' : ', and the database is at it'}. Next: ${next}`,
  }
}
