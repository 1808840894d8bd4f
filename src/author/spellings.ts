import type { StepContext } from '../config/context.ts'
import type { Schema } from '../diff/schema.ts'
import type { Session } from '../postgres/session/session.ts'
import { readRespellings } from '../steps/verify/spelling/respell.ts'

/**
 * The schema together with what else the server prints for its texts, so that no difference to `other` is found
 * in a spelling. For a throwaway database that has this schema; only texts that differ are asked about.
 * @throws the driver's DatabaseError, the socket's error, or the reason of the context's signal
 */
export async function withSpellings(
  context: Pick<StepContext, 'log' | 'signal'>,
  session: Session,
  { schema, other }: { readonly schema: Schema; readonly other: Schema },
): Promise<Schema> {
  const asked = schema.objects
    .entries()
    .filter(([key, definition]) => key.startsWith('domain ') || isOtherwise(definition, other, key))
  return { ...schema, respelled: await readRespellings(context, session, new Map(asked)) }
}

/** True where the other has it with another text; what it has not is new, in any spelling. */
function isOtherwise(definition: object, { objects }: Schema, key: string): boolean {
  const before = objects.get(key)
  return before !== undefined && JSON.stringify(before) !== JSON.stringify(definition)
}
