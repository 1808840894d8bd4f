import { counted } from '../../../base/words.ts'
import type { GateError } from '../../../errors/error.ts'
import { type ImportSource, importInvalid, OTHER_WAYS } from '../../import-invalid.ts'
import type { StepLine } from './stream.ts'

/**
 * What Alembic leaves where a revision needs a database, which it has not offline: the SQL of those
 * before it, and the beginning of its own.
 */
export function notRendered(
  source: ImportSource,
  { id, direction, line }: StepLine & { readonly line: number },
  before: readonly StepLine[],
): GateError {
  const last = before.at(-1)
  const whole =
    last === undefined
      ? 'it is the first'
      : `the ${counted(before.length, 'revision')} before it ${before.length === 1 ? 'is' : 'are'} whole`
  const around =
    last === undefined || direction === 'downgrade'
      ? ''
      : `; or import around it: alembic upgrade base:${last.id} --sql | pgate import alembic, then pgate revision -m "Written by hand" --rev-id ${id} and its SQL, then alembic upgrade ${id}:head --sql | pgate import alembic`
  return importInvalid({
    source,
    line,
    found: `Alembic could not render the ${direction} of ${id}: the SQL ends in the midst of it; ${whole}`,
    remedy:
      'see on standard error why; most often it asks the database, which there is none of offline',
    hint: `Nothing was written. Either ${OTHER_WAYS}${around}.`,
  })
}
