import { GateError } from '../../errors/error.ts'
import type { OpaqueBody, Revision } from '../../revisions/file/revision.ts'

/** What a gate that runs the plan itself is shut with; undefined where it can run all of it. */
export function opaqueFault(plan: readonly Revision[]): GateError | undefined {
  for (const revision of plan) {
    if (revision.upgrade.kind === 'opaque') return opaque(revision, revision.upgrade)
  }
  return undefined
}

/** REVISION_OPAQUE: only its own tool runs a revision. */
export function opaque(
  { id, file }: Revision,
  { language, command, remedy }: OpaqueBody,
): GateError {
  return new GateError(
    'REVISION_OPAQUE',
    `${file}: revision ${id} is ${language}, which pgate does not run, and the database does not have it`,
    {
      facts: { revision: id, file, language, command },
      hint: `Nothing was run. ${remedy ?? `Let its own tool run it, with the gate around it: pgate -- ${command}`}`,
    },
  )
}
