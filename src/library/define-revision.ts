import type { RevisionDatabase } from '../revisions/file/revision.ts'

/** A TypeScript or JavaScript revision as one object, its default export. @see docs/revision-files.md */
export interface RevisionDefinition {
  /** Its id: 1 to 32 characters, letters, digits, `_`, `.` and `-`. */
  readonly revision: string
  /** The revisions before it; `null` for the first. */
  readonly revises: string | readonly string[] | null
  readonly message?: string
  /** ISO 8601. */
  readonly created?: string
  readonly branchLabel?: string | readonly string[]
  readonly branchLabels?: string | readonly string[]
  readonly dependsOn?: string | readonly string[] | null
  /** `off`: the module begins and ends its own transactions. */
  readonly transaction?: 'auto' | 'on' | 'off'
  /** `contract`: it takes away what an older version of the application uses. */
  readonly phase?: 'expand' | 'contract'
  /** Patterns of objects that no manifest is to promise. */
  readonly unpromised?: string | readonly string[]
  upgrade(db: RevisionDatabase): Promise<void>
  /** Absent: the revision is irreversible. */
  downgrade?(db: RevisionDatabase): Promise<void>
}

/**
 * A revision, as it is given; its types are checked where it is written.
 * @example export default defineRevision({ revision: 'a1', revises: null, upgrade: async (db) => {} })
 */
export function defineRevision(definition: RevisionDefinition): RevisionDefinition {
  return definition
}
