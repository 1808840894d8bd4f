import { readFile } from 'node:fs/promises'
import { Argument, Option } from 'commander'
import { counted } from '../../base/words.ts'
import { FOLDER_FORMATS } from '../../config/choices.ts'
import { GateError } from '../../errors/error.ts'
import { type ImportResult, importAlembic } from '../../formats/alembic/import/import.ts'
import type { Percents } from '../../formats/alembic/import/misrendered.ts'
import { recognise, refuseOthersFolder } from '../../formats/formats.ts'
import type { ImportInput } from '../../formats/import-invalid.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'

interface ImportOptions extends CommonOptions {
  readonly upgrade?: string
  readonly downgrade?: readonly string[]
  readonly history?: string
  readonly output?: string
  readonly force?: boolean
  readonly record?: boolean
  readonly singlePercent?: boolean
}

/** Whose folders can be read to SQL. */
const FORMATS = FOLDER_FORMATS.filter(
  (word) => word !== 'auto' && word !== 'pgate' && word !== 'alembic',
)
const TOOLS = ['alembic', ...FORMATS]

/** Turns Alembic's offline or recorded SQL into revision files; no connection is opened. */
export const importCommand: Command<ImportOptions> = {
  examples: [
    'alembic upgrade head --sql | pgate import alembic',
    'pgate import alembic --upgrade up.sql --downgrade down.sql --history history.txt',
    'pgate import alembic --record',
    'pgate import goose db/goose --output migrations',
  ],
  isQuery: ({ record }) => record === true,
  declare: (commander) => {
    commander
      .addArgument(new Argument('<tool>', 'where the revisions come from').choices(TOOLS))
      .argument('[folder]', "the tool's folder; of Alembic its SQL is read instead")
      .option('--upgrade <file>', 'what `alembic upgrade head --sql` wrote; else standard input')
      .option(
        '--downgrade <file>',
        'what `alembic downgrade head:base --sql` wrote; may be given for each head',
        (file: string, files: readonly string[]) => [...files, file],
        [],
      )
      .option('--history <file>', 'what `alembic history --verbose` wrote: messages, dates, labels')
      .option('--output <folder>', 'where the revision files go; else PGATE_MIGRATIONS')
      .option('--force', 'replace revision files that say something else')
      .option('--single-percent', 'each %% of the SQL is a % (env.py without paramstyle named)')
      .option('--no-single-percent', 'each %% of the SQL is meant, also where every % is double')
      .addOption(
        new Option('--record', 'print a Python program that records a run of Alembic').conflicts([
          'upgrade',
          'downgrade',
          'history',
        ]),
      )
  },
  run: async (context, options) => {
    const [tool, folder] = options.args ?? []
    const format = FORMATS.find((word) => word === tool)
    if (format !== undefined) {
      const { importToolFolder } = await import('./import-folder.ts')
      return importToolFolder(context, { ...options, format, folder })
    }
    if (options.record === true) {
      const { RECORDER } = await import('../../formats/alembic/import/recorder.ts')
      return { json: { recorder: RECORDER }, lines: RECORDER.trimEnd().split('\n'), isData: true }
    }
    const { upgrade = '-', downgrade = [], history, force = false } = options
    const directory = options.output ?? context.config.migrations
    refuseOthersFolder(
      { migrations: directory, format: recognise(directory) },
      'Name another folder for the files, which need not be there yet: --output migrations',
    )
    const sql: ImportInput[] = []
    for (const file of [upgrade, ...downgrade]) sql.push(await readInput(context, file))
    const result = await importAlembic({
      sql,
      ...(history === undefined ? {} : { history: await readInput(context, history) }),
      directory,
      versionTable: context.config.versionTable,
      force,
      percents: percentsOf(options),
    })
    return report(result, directory)
  },
}

function percentsOf({ singlePercent }: ImportOptions): Percents {
  if (singlePercent === undefined) return 'refuse'
  return singlePercent ? 'halve' : 'keep'
}

async function readInput(context: CommandContext, file: string): Promise<ImportInput> {
  if (file === '-') return { name: 'standard input', bytes: await readStandardInput(context) }
  try {
    return { name: file, bytes: await readFile(file) }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
    throw new GateError('IMPORT_INVALID', `${file} cannot be read (${reason})`, {
      facts: { source: file, reason },
      cause: error,
    })
  }
}

async function readStandardInput({ host, signal }: CommandContext): Promise<Uint8Array> {
  const bytes = await host.readInput(signal)
  if (bytes !== null) return bytes
  throw new GateError('USAGE', 'there is no SQL to import', {
    facts: {},
    hint: 'Run `alembic upgrade head --sql | pgate import alembic`, or name a file with --upgrade.',
  })
}

function report(result: ImportResult, directory: string): CommandOutput {
  const { files } = result
  const width = Math.max(...files.map(({ state }) => state.length))
  return {
    json: { ...result, directory },
    lines: [...files.map(({ state, file }) => `${state.padEnd(width)}  ${file}`), ...notes(result)],
    verdict: summary(result, directory),
  }
}

function summary({ files, heads }: ImportResult, directory: string): string {
  const [revisions, are] = [counted(files.length, 'revision'), files.length === 1 ? 'is' : 'are']
  const at = `${counted(heads.length, 'head')}: ${heads.join(', ')}`
  return `${revisions} of Alembic ${are} in ${directory} (${at}). Next: pgate manifest, then pgate verify`
}

function notes(result: ImportResult): string[] {
  const { irreversible, heads, mayLackDependencies, files, passedOver } = result
  const way = 'alembic downgrade head:base --sql > down.sql, then --downgrade down.sql'
  const which = irreversible.length === files.length ? 'every revision' : irreversible.join(', ')
  return [
    ...passedOver.map((line) => `note: passed over, above the SQL: ${line.trim()}`),
    ...(irreversible.length === 0
      ? []
      : [`note: irreversible, without SQL for the downgrade: ${which} (${way})`]),
    ...(mayLackDependencies
      ? [
          'note: of branches the SQL holds not every dependency, and no label: alembic history --verbose > history.txt, then --history history.txt',
        ]
      : []),
    ...(heads.length === 1
      ? []
      : [`note: several heads: set PGATE_TARGET=heads, or pgate merge ${heads.join(' ')}`]),
  ]
}
