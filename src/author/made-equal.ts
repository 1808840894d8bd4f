import type { CatalogObjects } from '../catalog/object-key.ts'
import type { StepContext } from '../config/context.ts'
import type { Session } from '../postgres/session/session.ts'
import { compareCatalogs, withOrder } from '../steps/verify/drift/drift.ts'
import { ofRevisions } from '../steps/verify/drift/grants.ts'
import { loadEquivalent } from '../steps/verify/spelling/parse-tree.ts'
import { readRespellings } from '../steps/verify/spelling/respell.ts'

/** A schema, in the throwaway database that it was read in. */
export interface MadeSchema {
  readonly session: Session
  readonly objects: CatalogObjects
}

/**
 * What the schema that generated SQL has made has otherwise than the one it was generated from, a line each;
 * none where they are equal, the order of columns included. A text that the server prints otherwise once it
 * has parsed its own is equal.
 */
export async function madeOtherwise(
  context: Pick<StepContext, 'log' | 'signal'>,
  wanted: MadeSchema,
  made: CatalogObjects,
): Promise<readonly string[]> {
  const comparison = { expected: ofRevisions(wanted.objects), live: made, sameMajor: true }
  const plain = withOrder(compareCatalogs(comparison))
  const report =
    plain.different.length === 0
      ? plain
      : withOrder(
          compareCatalogs({
            ...comparison,
            respelled: await readRespellings(context, wanted.session, wanted.objects),
            equivalent: await loadEquivalent('as written'),
          }),
        )
  return [
    ...report.missing.map(({ key }) => `${key} is missing`),
    ...report.extra.map(({ key }) => `${key} is there and should not be`),
    ...report.different.flatMap(({ key, fields }) =>
      fields.map(({ field, expected, found }) => {
        return `${key}: ${field} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`
      }),
    ),
  ]
}
