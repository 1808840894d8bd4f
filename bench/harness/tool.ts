import type { Command } from './command.ts'
import type { BenchRevision } from './revisions.ts'

/** `floor`: what no tool can be faster than, measured next to them. */
export type Kind = 'pgate' | 'peer' | 'floor'

/** A migration tool, with its own format of revisions and its own command line. */
export interface Tool {
  /** As `--tools` names it. */
  readonly name: string
  readonly kind: Kind
  /** Undefined where the tool is not on this machine. */
  readonly version: () => Promise<string | undefined>
  /** Writes the revisions, and the configuration that it needs, into an empty folder. */
  readonly write: (folder: string, revisions: readonly BenchRevision[]) => Promise<void>
  /** Applies all that is pending; where nothing is, that is the no-op. */
  readonly apply: (project: Project) => Command
  /** The same where the server may not be up yet; absent for a tool that cannot wait. */
  readonly applyWhenUp?: (project: Project) => Command
  /** What else the folder holds, of which the tool finds out from a server: pgate's manifest. */
  readonly complete?: (project: Project) => Promise<void>
  /** What is left to do once the revisions are applied, before the no-op is what it is daily. */
  readonly settle?: (project: Project) => Promise<void>
  /** A second way to call a tool, which says nothing new where nothing is pending. */
  readonly appliesOnly?: true
}

/** A folder that {@link Tool.write} has filled, and the database that it is for. */
export interface Project {
  readonly folder: string
  readonly url: string
}
