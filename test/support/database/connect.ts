import { ConnectError, type ConnectFailure } from '../../../src/postgres/connect/connect-failure.ts'
import { serverDatabase } from '../../../src/postgres/connect/connection.ts'
import { type TargetEnvironment, targetFromUrl } from '../../../src/postgres/connect/read-target.ts'
import type { ConnectionTarget } from '../../../src/postgres/connect/target.ts'
import { problemText } from '../../../src/postgres/connect/target-parameters.ts'
import type { ConnectOptions, Database, Session } from '../../../src/postgres/session/session.ts'

/** What pgate makes of a URL, with nothing of this machine's environment or home. */
export function targetOf(
  url: string,
  { home = '/nonexistent', variables = {} }: Surroundings = {},
): ConnectionTarget {
  const env: TargetEnvironment = { get: (name) => variables[name], home, userName: 'nobody' }
  const result = targetFromUrl(url, env)
  if ('problems' in result) throw new Error(result.problems.map(problemText).join('\n'))
  return result.target
}

export interface Surroundings {
  readonly home?: string
  readonly variables?: Readonly<Record<string, string>>
}

/** The database that a URL names, and the warnings and notes it gave. */
export function databaseOf(
  url: string,
  surroundings?: Surroundings,
): Database & { readonly warnings: readonly string[]; readonly notes: readonly string[] } {
  const [warnings, notes]: [string[], string[]] = [[], []]
  const about = {
    version: '1.2.3',
    warn: (message: string) => warnings.push(message),
    note: (message: string) => notes.push(message),
  }
  return { ...serverDatabase(targetOf(url, surroundings), about), warnings, notes }
}

/** Ten seconds for a host, and nobody to interrupt. */
export function patiently(): ConnectOptions {
  return { timeoutMs: 10_000, signal: new AbortController().signal }
}

/** Opens a session, asks one question, and closes it. */
export async function ask<Row>(database: Database, text: string): Promise<Row | undefined> {
  const session: Session = await database.connect(patiently())
  try {
    const { rows } = await session.query<Row>(text)
    return rows[0]
  } finally {
    await session.close()
  }
}

/** How an attempt failed, host by host; an error where it did not fail so. */
export async function failuresOf(
  database: Database,
  options: ConnectOptions = patiently(),
): Promise<readonly ConnectFailure[]> {
  let session: Session
  try {
    session = await database.connect(options)
  } catch (error) {
    if (error instanceof ConnectError) return error.failures
    throw error
  }
  await session.close()
  throw new Error('the attempt did not fail')
}
