import { readFile } from 'node:fs/promises'
import { GateError, messageOf } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { sqlstateOf, UNIQUE_VIOLATION } from '../postgres/sql/sqlstate.ts'
import type { Statement } from '../revisions/file/revision.ts'
import { splitStatements } from '../revisions/sql/split.ts'

/** The developer's rows: statements that run, in order, each as soon as what it names is there. */
export interface Seed {
  readonly file: string
  readonly statements: readonly Statement[]
}

/** How far a seed has come in one database. */
export interface Sowing {
  readonly seed: Seed
  readonly done: number
  /** Why the next one does not run yet. */
  readonly waitsFor?: string
}

/** What a table, a column, a function, a type, a schema or a value of an enum that is not there yet says. */
const NOT_THERE_YET = new Set(['42P01', '42703', '42883', '42704', '3F000', '22P02'])

/**
 * Reads a seed file.
 * @throws {GateError} ROUND_TRIP_SEED where it cannot be read; MIGRATION_FAILED for a syntax error
 */
export async function readSeed(file: string): Promise<Seed> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new GateError('ROUND_TRIP_SEED', `the seed ${file} cannot be read: ${messageOf(error)}`, {
      facts: { file },
      hint: 'Name a readable SQL file in --test-seed, or in PGATE_TEST_SEED.',
    })
  })
  const place = { file, transaction: 'auto' } as const
  const { statements } = await splitStatements({ kind: 'sql', text, line: 1 }, place)
  return { file, statements }
}

/**
 * Runs what can run by now; where one cannot, those below it wait, too.
 * @throws {GateError} ROUND_TRIP_SEED for any other error
 */
export async function sow(session: Session, sowing: Sowing): Promise<Sowing> {
  const { seed } = sowing
  let { done } = sowing
  for (const statement of seed.statements.slice(done)) {
    const error = await attempt(session, statement)
    if (error !== undefined) {
      if (!NOT_THERE_YET.has(sqlstateOf(error) ?? '')) throw seedFailure(seed, statement, error)
      return { seed, done, waitsFor: messageOf(error) }
    }
    done += 1
  }
  return { seed, done }
}

/** Runs those of one revision again, whose rows a downgrade may have dropped; rows that are there stay. */
export async function sowAgain(session: Session, from: Sowing, to: Sowing): Promise<void> {
  for (const statement of to.seed.statements.slice(from.done, to.done)) {
    const error = await attempt(session, statement)
    if (error !== undefined && sqlstateOf(error) !== UNIQUE_VIOLATION)
      throw seedFailure(to.seed, statement, error)
  }
}

/** @throws {GateError} ROUND_TRIP_SEED where some are left at the end of all revisions */
export function refuseUnsown({ seed, done, waitsFor = '' }: Sowing): void {
  const statement = seed.statements[done]
  if (statement === undefined) return
  throw new GateError(
    'ROUND_TRIP_SEED',
    `${seed.file}:${statement.line}:${statement.column} can run after no revision: ${waitsFor}`,
    {
      facts: { file: seed.file, line: statement.line },
      hint: 'Correct the statement, or move it below those that can run earlier.',
    },
  )
}

async function attempt(session: Session, { text, copy }: Statement): Promise<unknown> {
  try {
    await (copy === undefined ? session.query(text) : session.copyIn(text, copy.data))
    return undefined
  } catch (error) {
    if (sqlstateOf(error) === undefined) throw error
    return error
  }
}

function seedFailure({ file }: Seed, { line, column }: Statement, cause: unknown): GateError {
  const sqlstate = sqlstateOf(cause)
  return new GateError(
    'ROUND_TRIP_SEED',
    `${file}:${line}:${column}: ${messageOf(cause)} (SQLSTATE ${sqlstate})`,
    { facts: { file, line, sqlstate }, cause },
  )
}
