import type { Config } from '../config/config.ts'
import type { FolderFiles } from '../revisions/file/folder-files.ts'
import type { FolderReading } from '../revisions/file/load.ts'
import type { HistoryRules } from '../revisions/graph/history-rules.ts'
import type { HistoryStore } from '../store/history-store.ts'

/** The tools whose folders pgate runs, by the words of PGATE_FORMAT. */
export type FormatName = Exclude<Config['format'], 'auto'>

/** Where a history is, and whose its table may be. */
export type HistoryPlace = Pick<
  Config,
  'schema' | 'isSchemaSet' | 'versionTable' | 'versionSchema' | 'role'
>

/** A folder, and the variables of the process. */
export type FolderConfig = Pick<Config, 'migrations' | 'environment'>

/** What a start sees of a folder, be it of ten thousand files. */
export interface FolderGlimpse {
  /** Whether there is such a file or folder, by its path in the folder. */
  readonly has: (path: string) => boolean
  /** How the text of such a file begins; empty where there is none. */
  readonly beginning: (path: string) => string
  /** One of its `.sql` files, if any, and the beginning of its text. */
  readonly sql?: { readonly name: string; readonly text: string }
  /** One of its folders, if any: one that holds a migration where there is one. */
  readonly folder?: string
  /** The name of one of its `.py` files, if any. */
  readonly python?: string
}

/**
 * A tool's folder and its history table, both in the tool's own form: what it has applied pgate does
 * not apply again, and the other way round.
 */
export interface SourceFormat {
  /** The history table's name where nothing else is configured. */
  readonly versionTable: string
  /** The variable that names it in the tool's own environment; PGATE_VERSION_TABLE comes first. */
  readonly tableVariable?: string
  /** The schema that it is in where nothing else is configured; absent: PGATE_SCHEMA. */
  readonly versionSchema?: string
  /** Where the tool's own configuration says it is; PGATE_VERSION_TABLE and PGATE_SCHEMA come first. */
  readonly settings?: (config: FolderConfig) => Partial<Pick<Config, 'schema' | 'versionTable'>>
  /** Whether files say what they say by more than the folder holds: each start reads them then. */
  readonly readsBeyond?: (config: FolderConfig) => boolean
  readonly history: (place: HistoryPlace) => HistoryStore
  /**
   * Whether a folder is this tool's, without reading all of it. `perhaps`: others' look the same, and
   * the database says whose it is.
   */
  readonly recognises: (folder: FolderGlimpse) => boolean | 'perhaps'
  /** What the rows of the history mean. */
  readonly rules: HistoryRules
  /** Which files count; a start looks at their names and contents. */
  readonly files: FolderFiles
  /** How its folder is read to revisions; loaded where files are read at all. */
  readonly reading: () => Promise<FolderReading>
}
