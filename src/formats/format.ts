import type { Config } from '../config/config.ts'
import type { FolderReading } from '../revisions/file/load.ts'
import type { HistoryStore } from '../store/history-store.ts'

/** The tools whose folders pgate runs, by the words of PGATE_FORMAT. */
export type FormatName = Exclude<Config['format'], 'auto'>

/** Where a history is, and whose its table may be. */
export type HistoryPlace = Pick<Config, 'schema' | 'isSchemaSet' | 'versionTable' | 'role'>

/**
 * A tool's folder and its history table, both in the tool's own form: what it has applied pgate does
 * not apply again, and the other way round.
 */
export interface SourceFormat {
  /** The history table's name where nothing else is configured. */
  readonly versionTable: string
  readonly history: (place: HistoryPlace) => HistoryStore
  /** Whether a folder is this tool's, by one of its `.sql` files and the beginning of its text. */
  readonly recognises: (name: string, text: string) => boolean
  /** How its folder is read to revisions; loaded where files are read at all. */
  readonly reading: () => Promise<FolderReading>
}
