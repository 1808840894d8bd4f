import type { Found, Rule, RuleContext } from '../finding.ts'
import type { LintStatement } from '../statement.ts'
import { keyOf, shownTable } from '../tree.ts'
import { wholeWrite } from './writes.ts'

const APART =
  '-- put the two into revisions of their own, so that each lock lasts for one statement'

const locksMany: Rule = {
  id: 'locks-many',
  severity: 'warning',
  versions: 'all',
  why: 'A lock is held until the transaction ends: what takes long behind it keeps readers waiting for all of that time. Two tables locked one after the other can meet an application that locks them the other way round.',
  sparesNewTables: false,
  isOnce: true,
  *find(statement, context) {
    const held = context.deploy.locksOf(statement).filter(({ isExclusive }) => isExclusive)
    const [first] = held
    if (first === undefined) return
    const slow = slowOn(statement, context)
    const locked = held.find(({ table }) => slow === undefined || keyOf(table) !== slow.key)
    if (slow !== undefined && locked !== undefined) {
      const { table, line } = locked
      yield {
        message: `${slow.what} runs while line ${line} has ${shownTable(table)} locked`,
        safe: APART,
      }
      return
    }
    const other = context.effects.find(
      ({ table, lock }) =>
        lock === 'access exclusive' &&
        context.deploy.isBefore(table) &&
        !held.some((one) => keyOf(one.table) === keyOf(table)),
    )
    if (other === undefined) return
    const message = `${shownTable(other.table)} is locked while line ${first.line} has ${shownTable(first.table)} locked`
    yield { message, safe: APART, severity: 'info' }
  },
}

/** What takes as long as a table of before is large; its table, where it is one lock that the rules of it speak of. */
function slowOn(
  statement: LintStatement,
  context: RuleContext,
): { readonly what: string; readonly key?: string } | undefined {
  const written = wholeWrite(statement, context)
  if (written !== undefined) return { what: written.what }
  const heavy = context.effects.find(
    ({ work, table, silent }) =>
      work !== undefined && silent === undefined && context.deploy.isBefore(table),
  )
  return heavy && { what: heavy.what, key: keyOf(heavy.table) }
}

const locksTheOther: Rule = {
  id: 'locks-the-other-table',
  severity: 'info',
  versions: 'all',
  why: 'A foreign key that is made or dropped locks the table that it refers to as well: writers of both wait.',
  sparesNewTables: false,
  *find(_, { effects, deploy }) {
    for (const { table, other, what } of effects) {
      if (other === undefined || keyOf(other) === keyOf(table)) continue
      // A new table's own effect names the table that it refers to first.
      const hit = what.startsWith('CREATE TABLE') ? table : other
      if (!deploy.isBefore(hit)) continue
      const safe = '-- in a revision of its own, with nothing else that locks'
      yield { message: `${what} locks ${shownTable(hit)}, too`, safe }
    }
  },
}

const partitionLock: Rule = {
  id: 'partition-lock',
  severity: 'warning',
  versions: 'all; DETACH … CONCURRENTLY from 14 on',
  why: 'The parent is locked against readers and writers of every partition. ATTACH PARTITION takes a lighter lock; a CHECK that is already valid spares it the scan, of the default partition, too.',
  sparesNewTables: true,
  *find({ text }, { effects }) {
    for (const { table, lock, what } of effects) {
      if (lock !== 'access exclusive' || PARTITION_SAFE[what] === undefined) continue
      const message = `${what} locks ${shownTable(table)} with all of its partitions`
      yield { message, safe: PARTITION_SAFE[what](shownTable(table), text), table } satisfies Found
    }
  },
}

const PARTITION_SAFE: Readonly<Record<string, (parent: string, text: string) => string>> = {
  'CREATE TABLE … PARTITION OF': (parent) =>
    `CREATE TABLE … (LIKE ${parent} INCLUDING ALL);\nALTER TABLE ${parent} ATTACH PARTITION … FOR VALUES …;`,
  'DROP TABLE of a partition': (parent, text) =>
    `ALTER TABLE ${parent} DETACH PARTITION … CONCURRENTLY;\n${text};`,
  'DETACH PARTITION': (_, text) => `${text} CONCURRENTLY;`,
}

export const LOCK_RULES: readonly Rule[] = [locksMany, locksTheOther, partitionLock]
