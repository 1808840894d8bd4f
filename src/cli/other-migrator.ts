import { type Config, invalidConfig } from '../config/config.ts'
import { GateError } from '../errors/error.ts'
import type { Command, CommonOptions } from './command.ts'
import type { CommandEntry } from './command-entry.ts'

/** Commands that ask the folder's revisions, or change what they are applied as. */
const ASKS_REVISIONS: ReadonlySet<string> = new Set([
  'accept',
  'branches',
  'check',
  'current',
  'downgrade',
  'heads',
  'history',
  'redo',
  'reset',
  'show',
  'stamp',
  'status',
  'test',
])

/** Of these, and of others, those that only look. */
const LOOKS: ReadonlySet<string> = new Set([
  'branches',
  'check',
  'current',
  'heads',
  'history',
  'show',
  'status',
  'wait',
])

/** Without the program, for a command that looks at a folder whose format pgate reads. */
export function withoutProgram(config: Config, { name }: Pick<CommandEntry, 'name'>): Config {
  const { migrateCommand, ...others } = config
  const isRead = migrateCommand !== undefined && config.format !== 'pgate' && LOOKS.has(name)
  return isRead ? Object.freeze({ ...others, programOfGate: migrateCommand }) : config
}

/** Options of some of the commands. */
interface AskingOptions extends CommonOptions {
  readonly for?: string
  readonly sql?: boolean
  readonly dryRun?: boolean
}

/**
 * Refuses what makes no sense where another program migrates: pgate knows nothing of its revisions.
 * @throws {GateError} USAGE
 */
export function refuseWithCommand(
  { migrateCommand, backupCommand }: Pick<Config, 'migrateCommand' | 'backupCommand'>,
  {
    name,
    kind,
    command,
    options,
  }: Pick<CommandEntry, 'name' | 'kind'> & {
    readonly command: Command
    readonly options: AskingOptions
  },
): void {
  const { for: waitsFor, sql, dryRun, args = [], embedded } = options
  if (backupCommand !== undefined && embedded !== undefined && kind === 'act') {
    throw new GateError(
      'USAGE',
      'the program of PGATE_BACKUP_COMMAND cannot connect to the embedded PostgreSQL: it would back up another database',
      {
        hint: 'Unset PGATE_BACKUP_COMMAND; to keep what an embedded one holds, copy its directory while no pgate runs.',
      },
    )
  }
  if (migrateCommand === undefined) return
  if (ASKS_REVISIONS.has(name)) throw onlyItKnows(`pgate ${name} asks it`)
  if (name === 'wait' && waitsFor === 'head') throw onlyItKnows('pgate wait --for head asks it')
  if (command.takesMigrator !== true) return
  if (sql === true || dryRun === true) throw onlyItKnows('--sql and --dry-run ask it')
  if (args.length > 0 && name !== 'fleet')
    throw onlyItKnows(`the target ${args[0]} is one of the folder's`)
  if (embedded === undefined) return
  throw new GateError(
    'USAGE',
    'the program of PGATE_MIGRATE_COMMAND cannot connect to the embedded PostgreSQL: it would migrate another database than is verified',
    { hint: 'Leave --embedded out and name a server, or leave the program out.' },
  )
}

/**
 * Refuses a phase where no file can say that it is contract work: nothing could be left.
 * @throws {GateError} CONFIG_INVALID
 */
export function refusePhase(
  config: Pick<Config, 'phase' | 'migrateCommand' | 'programOfGate' | 'format'>,
): void {
  const { phase, migrateCommand, programOfGate, format } = config
  const program = migrateCommand ?? programOfGate
  const isOwn = program === undefined && (format === 'pgate' || format === 'auto')
  if (phase === 'all' || isOwn) return
  const whose =
    program === undefined ? `PGATE_MIGRATIONS is a folder of ${format}` : 'another program migrates'
  const message = `${phase} is for revision files of pgate's own, whose header says \`phase: contract\`; ${whose}, so nothing could be left: leave PGATE_PHASE unset`
  throw invalidConfig([{ variable: 'PGATE_PHASE', message }])
}

function onlyItKnows(why: string): GateError {
  return new GateError(
    'USAGE',
    `only the program of PGATE_MIGRATE_COMMAND knows its revisions, and ${why}`,
    {
      hint: 'Ask the program itself (alembic current, for one); pgate verify compares the schema. Commands that only look work where PGATE_MIGRATIONS is the own folder of a tool that pgate reads. Unset PGATE_MIGRATE_COMMAND where revisions of PGATE_MIGRATIONS are to be run.',
    },
  )
}
