import type { RenameQuestion } from '../diff/renames/questions.ts'
import type { Schema } from '../diff/schema.ts'
import type { Statement, Unwritten } from '../diff/statement.ts'
import { renameOption } from './renames.ts'

/** What a section of a revision is to say. */
export interface SectionToWrite {
  readonly statements: readonly Statement[]
  /** Those that are written as comments. */
  readonly leftOut: ReadonlySet<Statement>
  readonly questions?: readonly RenameQuestion[]
  readonly unwritten?: readonly Unwritten[]
  readonly from: Schema
  readonly to: Schema
  /** How names are written; absent: as the server prints them. */
  readonly spell?: (sql: string) => string
  /** What is to be said above a statement: the findings of lint. */
  readonly notes?: (sql: string) => readonly string[]
}

/** One statement as it stands in the section. */
interface Piece {
  readonly text: string
  /** `alone`: it may not run in a transaction. `apart`: it is committed before what follows. */
  readonly how: 'together' | 'apart' | 'alone'
}

/**
 * The text of a section. An index of a table that is there already is built CONCURRENTLY, behind all else
 * unless that needs it; where statements may not share a transaction, BEGIN and COMMIT stand around those that
 * do. What is left to the author is a comment. Pure.
 * @see docs/revision-files.md
 */
export function sectionText(section: SectionToWrite): string {
  const { statements, leftOut, unwritten = [], spell = (sql) => sql } = section
  const early = statements.filter((one) => !isLate(section, one))
  const late = statements.filter((one) => isLate(section, one))
  const pieces = [...early, ...late].map((one): Piece => {
    const isAlone = isConcurrent(section, one)
    const sql = spell(isAlone ? concurrently(one.sql) : one.sql)
    const isLeft = leftOut.has(one)
    const above = [...(section.notes?.(sql) ?? []), ...(isLeft ? aboutLeft(section, one) : [])]
    const text = [...above.map(comment), isLeft ? comment(`${sql};`) : `${sql};`].join('\n')
    if (isLeft) return { text, how: 'together' }
    return { text, how: isAlone ? 'alone' : one.isApart ? 'apart' : 'together' }
  })
  const rest = unwritten.map(({ key, why }) => comment(`Not written: ${key}: ${why}`))
  return [...grouped(pieces), ...rest].join('\n\n')
}

/** Statements of one transaction stand together; without any that needs its own, the section is one. */
function grouped(pieces: readonly Piece[]): readonly string[] {
  if (pieces.every(({ how }) => how === 'together')) return pieces.map(({ text }) => text)
  const texts: string[] = []
  let open: string[] = []
  const close = () => {
    // A comment needs no transaction.
    const isEmpty = open.every((text) => /^(?:--[^\n]*\n?)*$/.test(text))
    if (open.length > 0) texts.push(...(isEmpty ? open : ['BEGIN;', ...open, 'COMMIT;']))
    open = []
  }
  for (const { text, how } of pieces) {
    if (how === 'alone') {
      close()
      texts.push(text)
    } else {
      open.push(text)
      if (how === 'apart') close()
    }
  }
  close()
  return texts
}

/** Its table is there already, and the server takes the word for it. */
function isConcurrent({ from, to }: SectionToWrite, { key, sql }: Statement): boolean {
  if (!/^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)/i.test(sql)) return false
  const table = to.objects.get(key)?.table
  if (typeof table !== 'string') return false
  const before =
    from.objects.get(`table ${table}`) ?? from.objects.get(`materialized view ${table}`)
  return before !== undefined && before.partitionKey === undefined
}

function isLate(section: SectionToWrite, one: Statement): boolean {
  if (!isConcurrent(section, one)) return false
  return ![...section.to.needs.values()].some((needs) => needs.has(one.key))
}

function concurrently(sql: string): string {
  return sql.replace(/^(CREATE (?:UNIQUE )?INDEX) /i, '$1 CONCURRENTLY ')
}

function aboutLeft({ questions = [] }: SectionToWrite, { key, destroys }: Statement) {
  const asked = questions.filter(({ kind, from }) => key === `${kind} ${from}`)
  return [
    ...asked.map((one) => `Renamed to ${one.to}? Then generate again with ${renameOption(one)}`),
    ...(destroys === undefined
      ? []
      : [
          `Destroys ${destroys}: where that is meant, take the dashes away, in the downgrade as well.`,
        ]),
  ]
}

function comment(text: string): string {
  return text
    .split('\n')
    .map((line) => `-- ${line}`.trimEnd())
    .join('\n')
}
