import { FIXED_SETTINGS } from '../../../catalog/fixed-settings.ts'
import type { CatalogObjects, Respelling, Respellings } from '../../../catalog/object-key.ts'
import type { StepContext } from '../../../config/context.ts'
import type { Session } from '../../../postgres/session/session.ts'
import { rollBack } from '../../../postgres/session/transaction.ts'
import { isConnectionLost, QUERY_CANCELED, serverErrorOf } from '../../../postgres/sql/sqlstate.ts'
import { type Printed, reprintOf, SCRATCH } from './reprint.ts'

/** The second parse brings nearly every text to its last spelling; the third, those that casts nest in. */
const MAX_ROUNDS = 4

const SAVEPOINT = 'pgate_reprint'

/**
 * What else this server prints for the objects of the catalog: each printed text is parsed again and
 * printed again, until it stays the same, which is what a dump, restored once or several times, does
 * to it. For a throwaway database at which nobody else is: it takes locks; all of it is rolled back.
 * A text that the server does not take a second time keeps its one spelling.
 * @throws the driver's DatabaseError, the socket's error, or the reason of the context's signal
 * @see docs/decisions/0050-both-spellings-are-right.md
 */
export async function readRespellings(
  { log, signal }: Pick<StepContext, 'log' | 'signal'>,
  session: Session,
  objects: CatalogObjects,
): Promise<Respellings> {
  const respellings = new Map<string, Respelling>()
  await session.query('begin')
  try {
    await session.query(`${FIXED_SETTINGS}
      set local check_function_bodies = off;
      create schema ${SCRATCH}`)
    for (const [key, definition] of objects) {
      const respelling: Record<string, readonly string[]> = {}
      for (const [field, text] of Object.entries(definition)) {
        if (typeof text !== 'string') continue
        signal.throwIfAborted()
        const spellings = await spellingsOf(session, { key, definition, field, text, objects }, log)
        if (spellings.length > 0) respelling[field] = spellings
      }
      if (Object.keys(respelling).length > 0) respellings.set(key, Object.freeze(respelling))
    }
  } finally {
    await rollBack(session)
  }
  return respellings
}

/** The further spellings of one text, in the order in which they come. */
async function spellingsOf(
  session: Session,
  printed: Printed,
  log: StepContext['log'],
): Promise<readonly string[]> {
  const spellings = [printed.text]
  while (spellings.length <= MAX_ROUNDS) {
    const text = await printedAgain(session, { ...printed, text: spellings.at(-1) ?? '' }, log)
    if (text === undefined || spellings.includes(text)) break
    spellings.push(text)
  }
  return spellings.slice(1)
}

async function printedAgain(
  session: Session,
  printed: Printed,
  log: StepContext['log'],
): Promise<string | undefined> {
  const reprint = reprintOf(printed)
  if (reprint === undefined) return undefined
  const { results, failure } = await session.pipeline(
    [
      `savepoint ${SAVEPOINT}`,
      ...reprint.acts,
      `select ${reprint.read} as text`,
      `rollback to savepoint ${SAVEPOINT}`,
    ].map((text) => ({ text })),
  )
  if (failure === undefined) {
    const text = results.at(-2)?.rows[0]?.text
    return typeof text === 'string' ? text : undefined
  }
  const error = serverErrorOf(failure.error)
  if (error === undefined || isConnectionLost(failure.error)) throw failure.error
  if (error.sqlstate === QUERY_CANCELED) throw failure.error
  await session.query(`rollback to savepoint ${SAVEPOINT}`)
  const { sqlstate, message } = error
  log.debug('manifest.once', `${printed.key} could not be parsed a second time`, {
    field: printed.field,
    sqlstate,
    reason: message,
  })
  return undefined
}
