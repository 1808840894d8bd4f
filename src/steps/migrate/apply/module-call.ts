import { GateError } from '../../../errors/error.ts'
import { settleGuests } from '../../../helpers/guests.ts'
import type { ModuleBody, RevisionDatabase } from '../../../revisions/file/revision.ts'
import { moduleStack } from '../../../revisions/module/stray-code.ts'
import { mayTouchOwnTables, ownTableFault } from '../../../revisions/sql/own-tables.ts'
import { parseStatements } from '../../../revisions/sql/parser.ts'
import { ownTables } from '../../../store/tables.ts'
import type { PreparedRevision } from '../prepare.ts'
import type { Run } from '../run.ts'
import { execute } from '../watch/watch.ts'

/** A module's function, and what is looked at around each of its queries. */
export interface ModuleCall {
  readonly body: ModuleBody
  /** Why a text is not sent; undefined where it is. */
  readonly refusal?: (text: string) => Promise<GateError | undefined>
  /** What a query has left behind that it must not, whatever else it came to. */
  readonly damage?: () => GateError | undefined
}

/**
 * Calls a module's function with `db`. What is wrong once stays so, whatever the module makes of the
 * error: nothing more is sent. Queries that it did not await are waited for; those that come after
 * its end are refused.
 * @throws what was wrong, else what the module, the server or the signal says, unchanged
 */
export async function callModule(
  run: Run,
  { revision, action }: Pick<PreparedRevision, 'revision' | 'action'>,
  { body, refusal, damage }: ModuleCall,
): Promise<void> {
  const { session } = run
  const who = `${action}() of ${revision.file}`
  const underWay = new Set<Promise<unknown>>()
  let fault: GateError | undefined
  let isOver = false
  const ask: RevisionDatabase['query'] = async (text, values) => {
    fault ??= (await refusal?.(text)) ?? (await ownTableRefusal(run, who, text))
    if (fault !== undefined) throw fault
    try {
      return await session.query(text, values)
    } finally {
      fault ??= damage?.()
    }
  }
  const query: RevisionDatabase['query'] = async (text, values) => {
    if (isOver) throw new Error(`${who} has returned: db.query is closed; await every promise`)
    const asked = ask<never>(text, values)
    underWay.add(asked)
    try {
      const result = await asked
      if (fault !== undefined) throw fault
      return result
    } finally {
      underWay.delete(asked)
    }
  }
  try {
    await execute(run, who, async () => {
      try {
        await body.run({ query })
      } finally {
        isOver = true
        await Promise.allSettled(underWay)
        // A failure of theirs that the module does not await is heard of now.
        await settleGuests()
      }
    })
  } catch (error) {
    if (error instanceof Error) {
      const stack = moduleStack(error)
      run.context.log.debug('module.failed', `${who} threw: ${stack}`, { stack })
    }
    throw fault ?? error
  }
  if (fault !== undefined) throw fault
}

/** A text that the parser does not understand is the server's to refuse. */
async function ownTableRefusal(
  { context, revision }: Run,
  who: string,
  text: string,
): Promise<GateError | undefined> {
  const own = ownTables(context.config)
  if (!mayTouchOwnTables(text, own)) return undefined
  const parsed = await parseStatements(text)
  if (parsed.kind === 'error') return undefined
  for (const statement of parsed.statements) {
    const fault = await ownTableFault(statement, own)
    if (fault === undefined) continue
    return new GateError(fault.code, `${who} gave db.query a statement: ${fault.message}`, {
      facts: { revision: revision?.id, file: revision?.file },
      hint: `${fault.remedy.charAt(0).toUpperCase()}${fault.remedy.slice(1)}. The statement was not sent.`,
    })
  }
  return undefined
}
