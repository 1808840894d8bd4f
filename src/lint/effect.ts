import type { RelationName } from './tree.ts'

/** The lock that keeps readers out, too. */
export const EXCLUSIVE = 'access exclusive'

/** What a statement does to one table: its lock, and the work that it does under it. */
export interface Effect {
  readonly table: RelationName
  readonly lock: 'access exclusive' | 'share row exclusive' | 'share' | 'share update exclusive'
  /** `validates`: a scan that keeps nobody from writing. Absent: the catalog alone is changed. */
  readonly work?: 'rewrites' | 'builds' | 'scans' | 'validates' | 'maintains'
  /** What does it, as the subject of a sentence. */
  readonly what: string
  /** The way to the same end that hurts nobody, as SQL; absent: there is none. */
  readonly safe?: string
  /** Why it does no harm here. */
  readonly silent?: string | undefined
  /** The other table of a foreign key. */
  readonly other?: RelationName | undefined
  /** A CHECK (column IS NOT NULL) that comes, or a constraint that is validated. */
  readonly check?: { readonly name: string; readonly column?: string; readonly isValid: boolean }
}
