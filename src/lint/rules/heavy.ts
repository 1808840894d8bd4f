import type { Effect } from '../effect.ts'
import { sizeOf } from '../facts.ts'
import type { Found, Rule, RuleContext } from '../finding.ts'
import { keyOf, shownTable } from '../tree.ts'

/** What an effect under a lock comes to on the table that it hits: less on a small one, nothing on an empty one. */
export function weighed({ facts }: RuleContext, effect: Effect, message: string): Found {
  const { table, silent, safe = '' } = effect
  const { said, isSmall, isEmpty } = sizeOf(facts, table)
  return {
    ...{ message, safe, table, facts: said },
    silent: silent ?? (isEmpty ? 'the table is empty' : undefined),
    ...(isSmall && { severity: 'warning' }),
  }
}

/** The same work on the same table is one finding, however many parts of a statement ask for it. */
function* everyWork(
  context: RuleContext,
  work: NonNullable<Effect['work']>,
  say: (effect: Effect) => string,
): Iterable<Found> {
  const done = context.effects.filter((effect) => effect.work === work)
  const groups = Map.groupBy(done, ({ table, silent }) => `${keyOf(table)} ${silent}`)
  for (const [first, ...more] of groups.values()) {
    if (first === undefined) continue
    const parts = [first, ...more]
    const what = parts.map((one) => one.what).join(', ')
    const safe = [...new Set(parts.flatMap((one) => one.safe ?? []))].join('\n')
    const whole = { ...first, what, safe }
    yield weighed(context, whole, say(whole))
  }
}

const rewritesTable: Rule = {
  id: 'rewrites-table',
  severity: 'error',
  versions: 'all',
  why: 'Every row is written again, with all indexes, under ACCESS EXCLUSIVE: until it is done nobody reads the table or writes to it.',
  sparesNewTables: true,
  find: (_, context) =>
    everyWork(
      context,
      'rewrites',
      ({ what, table }) => `${what} writes all of ${shownTable(table)} again`,
    ),
}

const blocksWrites: Rule = {
  id: 'blocks-writes-while-building',
  severity: 'error',
  versions: 'all',
  why: 'The index is built under a lock that keeps all writers waiting until it is done (a constraint keeps readers waiting, too).',
  sparesNewTables: true,
  *find(_, context) {
    const say = ({ what, table }: Effect) =>
      `${what} builds an index of ${shownTable(table)} while writers wait`
    for (const found of everyWork(context, 'builds', say)) {
      const { table } = found
      const known = table && context.facts?.tables.get(keyOf(table))
      const invalid = known?.invalidIndexes ?? []
      const left = invalid.map((name) => `${name} of it is invalid: a build that failed left it`)
      yield { ...found, facts: [...(found.facts ?? []), ...left] }
    }
  },
}

const scansUnderLock: Rule = {
  id: 'scans-under-lock',
  severity: 'error',
  versions: 'all; NOT NULL … NOT VALID from 18 on',
  why: 'Every row is read to prove the constraint while the lock keeps writers out (all but a foreign key keep readers out, too).',
  sparesNewTables: true,
  find: (_, context) =>
    everyWork(
      context,
      'scans',
      ({ what, table }) => `${what} reads all of ${shownTable(table)} under a lock`,
    ),
}

const validatesTogether: Rule = {
  id: 'validates-in-the-same-transaction',
  severity: 'warning',
  versions: 'all',
  why: 'VALIDATE CONSTRAINT lets everybody work, but the lock of the NOT VALID before it is held until the transaction ends, through the whole scan.',
  sparesNewTables: true,
  *find(statement, context) {
    for (const effect of context.effects) {
      const { table, what } = effect
      const before = context.deploy
        .locksOf(statement)
        .find((lock) => keyOf(lock.table) === keyOf(table))
      if (effect.work !== 'validates' || before === undefined) continue
      const message = `${what} reads all of ${shownTable(table)} while line ${before.line} of the same transaction has it locked`
      const safe = `-- in a revision of its own, behind this one:\nALTER TABLE ${shownTable(table)} ${what};`
      yield weighed(context, { ...effect, safe }, message)
    }
  },
}

const fullLockMaintenance: Rule = {
  id: 'full-lock-maintenance',
  severity: 'error',
  versions: 'all',
  why: 'It holds ACCESS EXCLUSIVE for as long as it writes or reads the whole table, and a deploy is no time for housekeeping.',
  sparesNewTables: true,
  find: (_, context) =>
    everyWork(
      context,
      'maintains',
      ({ what, table }) => `${what} locks ${shownTable(table)} until it is done`,
    ),
}

export const HEAVY_RULES: readonly Rule[] = [
  rewritesTable,
  blocksWrites,
  scansUnderLock,
  validatesTogether,
  fullLockMaintenance,
]
