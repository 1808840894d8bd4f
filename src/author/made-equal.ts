import type { CatalogObjects } from '../catalog/object-key.ts'
import type { StepContext } from '../config/context.ts'
import type { Session } from '../postgres/session/session.ts'
import { compareCatalogs, withOrder } from '../steps/verify/drift/drift.ts'
import { ofRevisions } from '../steps/verify/drift/grants.ts'
import { loadEquivalent } from '../steps/verify/spelling/parse-tree.ts'
import { readRespellings } from '../steps/verify/spelling/respell.ts'

/** What was to be made, and what was. */
export interface MadeSchemas {
  readonly wanted: CatalogObjects
  readonly made: CatalogObjects
  /** Of the throwaway database that has one of them, and which. */
  readonly session: Session
  readonly holds: 'wanted' | 'made'
}

/**
 * What the schema that generated SQL has made has otherwise than the one it was generated from, a line each;
 * none where they are equal, the order of columns included. A text that the server prints otherwise once it
 * has parsed its own is equal.
 */
export async function madeOtherwise(
  context: Pick<StepContext, 'log' | 'signal'>,
  { wanted, made, session, holds }: MadeSchemas,
): Promise<readonly string[]> {
  const isWanted = holds === 'wanted'
  const [own, live] = isWanted ? [wanted, made] : [made, wanted]
  const comparison = { expected: ofRevisions(own), live, sameMajor: true }
  const plain = withOrder(compareCatalogs(comparison))
  const report =
    plain.different.length === 0
      ? plain
      : withOrder(
          compareCatalogs({
            ...comparison,
            respelled: await readRespellings(context, session, own),
            equivalent: await loadEquivalent('as written'),
          }),
        )
  const [lacking, more] = isWanted ? [report.missing, report.extra] : [report.extra, report.missing]
  return [
    ...lacking.map(({ key }) => `${key} is missing`),
    ...more.map(({ key }) => `${key} is there and should not be`),
    ...report.different.flatMap(({ key, fields }) =>
      fields.map(({ field, expected, found }) => {
        const [is, was] = isWanted ? [found, expected] : [expected, found]
        return `${key}: ${field} is ${JSON.stringify(is)}, not ${JSON.stringify(was)}`
      }),
    ),
  ]
}
