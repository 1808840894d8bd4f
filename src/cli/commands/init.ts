import { statSync } from 'node:fs'
import { counted } from '../../base/words.ts'
import { DEFAULT_MIGRATIONS } from '../../config/gate-variables.ts'
import { GateError } from '../../errors/error.ts'
import { formatAt } from '../../formats/formats.ts'
import { explainFolder } from '../../gate/explain-folder.ts'
import { loadRevisions } from '../../revisions/file/load.ts'
import { loadRevisionsToExtend } from '../../revisions/write/new-file.ts'
import type { Command, CommandContext } from '../command.ts'
import { createRevision } from '../new-revision.ts'

/** Begins a project: the folder, a first revision file, and what comes next. */
export const init: Command = {
  examples: ['pgate init', 'pgate init db/revisions'],
  declare: (commander) => {
    commander.argument('[folder]', 'where the revision files are to be; else PGATE_MIGRATIONS')
  },
  run: async (given, { args: [folder] = [] }) => {
    const { config } = given
    const migrations = folder ?? config.migrations
    const context = { ...given, config: { ...config, migrations } }
    const format = othersFormat(migrations)
    const next = nextSteps(migrations, format)
    const there = format
      ? `a folder of ${format}, which pgate reads as it is`
      : await ownRevisions(context, folder === undefined)
    if (there !== undefined) {
      const lines = [`${migrations} is ${there}. Next:`, ...next]
      return { json: { migrations, created: null, next }, lines }
    }
    const graph = await loadRevisionsToExtend(migrations)
    const placed = { kind: 'sql', revises: [], dependsOn: [] } as const
    const options = { message: 'initial schema' }
    const { lines } = await createRevision(context, graph, { options, placed })
    const created = lines.join('')
    const write = 'Write its SQL there, under upgrade and downgrade. Next:'
    return { json: { migrations, created, next }, lines: [created, write, ...next] }
  },
}

function othersFormat(migrations: string): string | undefined {
  const isFolder = statSync(migrations, { throwIfNoEntry: false })?.isDirectory() === true
  const format = isFolder ? formatAt(migrations) : undefined
  return format === 'auto' || format === 'pgate' ? undefined : format
}

/**
 * What makes a first file needless; undefined where nothing does.
 * @throws {GateError} REVISION_DIRECTORY where another folder seems to be meant (`looks`), and what else
 *   loading throws
 */
async function ownRevisions(context: CommandContext, looks: boolean): Promise<string | undefined> {
  try {
    const { order } = await loadRevisions(context.config.migrations)
    return `there, with ${counted(order.length, 'revision')}`
  } catch (error) {
    if (!(error instanceof GateError) || error.code !== 'REVISION_DIRECTORY') throw error
    if (looks && (await explainFolder(context, error, false)) !== error) throw error
    return undefined
  }
}

function nextSteps(migrations: string, format: string | undefined): readonly string[] {
  const isAlembic = format === 'alembic'
  const path = /^[\w./-]+$/.test(migrations)
    ? migrations
    : `'${migrations.replaceAll("'", "'\\''")}'`
  const steps = [
    migrations === DEFAULT_MIGRATIONS
      ? []
      : [`export PGATE_MIGRATIONS=${path}`, 'or write it into .env: --dotenv .env'],
    isAlembic ? [] : ['pgate --embedded', 'run it on the built-in PostgreSQL, without a server'],
    isAlembic ? [] : ['pgate manifest', 'write down the schema that it makes, for verify'],
    format === undefined ? ['pgate revision "add users"', 'write the next file'] : [],
    ['pgate status', 'see where the database of DATABASE_URL is'],
    isAlembic
      ? ['pgate -- alembic upgrade head', 'run the gate around Alembic']
      : ['pgate', 'run the gate, as a container does before the application starts'],
  ]
  return steps.flatMap(([command, does]) =>
    command === undefined ? [] : [`  ${command.padEnd(30)} ${does}`],
  )
}
