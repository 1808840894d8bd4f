import type { Proof } from '../../gate/prove.ts'
import type { MigrateOutcome } from '../../steps/migrate/migrate.ts'

/** What `--json` says of a migration. */
export function migrationJson({ applied, versions, ahead }: MigrateOutcome) {
  return { applied, versions: [...versions].sort(), ahead }
}

/** What `--json` says of a verify. */
export function proofJson({ mode, objects, byDigest, told, warnings, versions }: Proof) {
  return { mode, objects, byDigest, told, warnings, versions: [...versions].sort() }
}
