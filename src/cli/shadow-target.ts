import { GateError } from '../errors/error.ts'
import { targetFromUrl } from '../postgres/connect/read-target.ts'
import type { ConnectionTarget } from '../postgres/connect/target.ts'
import { problemText } from '../postgres/connect/target-parameters.ts'
import type { Host } from './host.ts'

/**
 * The server of `--shadow-url`.
 * @throws {GateError} CONFIG_INVALID with all that is wrong with it; the URL itself is not shown
 */
export function shadowTarget(url: string, { env, home, userName }: Host): ConnectionTarget {
  const result = targetFromUrl(url, { get: (name) => env[name] || undefined, home, userName })
  if ('target' in result) return result.target
  const problems = result.problems.map(problemText)
  const lines = problems.map((problem) => `--shadow-url: ${problem}`)
  throw new GateError('CONFIG_INVALID', lines.join('\n'), {
    facts: { problems },
    hint: 'Correct --shadow-url, or leave it out to use the embedded PostgreSQL.',
  })
}
