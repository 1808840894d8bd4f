import type { Variable } from '../config/variable.ts'
import type { Command } from './command.ts'

/** What the table of commands knows of one: enough for help, and for loading the rest. */
export interface CommandEntry {
  readonly name: string
  /** Other names that it is called by. */
  readonly aliases?: readonly string[]
  /** Its arguments, as help lists them. */
  readonly takes?: string
  readonly summary: string
  /** Under which heading help lists it. */
  readonly group: CommandGroup
  /** The groups of variables that mean something to it, for help; absent: the usual ones. */
  readonly settings?: readonly SettingGroup[]
  readonly kind: CommandKind
  /** Loads the file that holds the command. */
  load(): Promise<Command>
}

/** A heading of help. */
export type CommandGroup = 'gate' | 'look' | 'write' | 'correct' | 'help'

/** A group of variables, by its key. */
export type SettingGroup = Variable['group']

/**
 * `act`: changes or proves something; its verdict goes to standard output.
 * `query`: its output is data for another program; a failure goes to standard error.
 */
export type CommandKind = 'act' | 'query'

/** What commands read that open no connection. */
export const FILE_SETTINGS: readonly SettingGroup[] = ['revisions', 'logs']
/** What a run of the whole gate goes by. */
export const GATE_SETTINGS: readonly SettingGroup[] = [
  'url',
  'roles',
  'revisions',
  'times',
  'verdict',
  'logs',
]
