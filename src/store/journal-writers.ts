import type { StepContext } from '../config/context.ts'
import { quoteIdentifier } from '../postgres/sql/identifier.ts'
import type { ExistingTables, TableNames } from './tables.ts'

/**
 * Warns where others may write into the journal, whose proofs are not believed then, and where row
 * security is on although it does not count for this role: it hides the rows from those who only read.
 */
export function warnOfTables(
  { log }: Pick<StepContext, 'log'>,
  { journal }: TableNames,
  { writers = [], secured = [] }: ExistingTables,
): void {
  if (writers.length > 0) {
    log.warn(
      'journal.writers',
      `${writers.join(', ')} may write into ${journal}: what it proves is not believed, so every start looks at all objects, and downgrade --from-journal is refused. ${revokeHint(journal, writers)}`,
      { journal, writers },
    )
  }
  for (const table of secured) {
    log.warn(
      'history.row_security',
      `row security is on for ${table}; it does not hold for this role, but roles that only read are refused: ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY;`,
      { table },
    )
  }
}

/** A statement that takes the rights away; a member of the owner keeps them. */
export function revokeHint(journal: string, writers: readonly string[]): string {
  const roles = writers.map((role) => (role === 'PUBLIC' ? role : quoteIdentifier(role)))
  return `REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ${journal} FROM ${roles.join(', ')}; a role that is a member of the table's owner keeps them.`
}
