import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { targetFromUrl } from '../../../src/postgres/connect/read-target.ts'
import { targetLabel } from '../../../src/postgres/connect/target.ts'
import { problemText } from '../../../src/postgres/connect/target-parameters.ts'
import { anyText, mutated, runs } from '../../support/cli/fuzz.ts'

const CANARY = 'c4n4ry'

const GOOD = [
  `postgresql://app:${CANARY}@db.internal:5432/app?sslmode=require`,
  `postgresql+asyncpg://app:a%40${CANARY}@[::1]:5432,other/app`,
  `postgres://app:1${CANARY}%2F@/app?host=/var/run/postgresql&application_name=api`,
  `postgresql://db/app?user=app&password=${CANARY}&connect_timeout=3`,
  `postgresql://app:p@x${CANARY}=@db/app?target_session_attrs=any&sslrootcert=system`,
]
const WORDS = ['postgresql://', 'host=', 'port=', 'password=', 'sslmode=', '?', '&', '@', ':', '/']

const environment = { get: () => undefined, home: '/home/tester', userName: 'tester' }

/** What is reported of a URL: its problems, or how its target is shown. */
function reportedOf(url: string): string {
  const result = targetFromUrl(url, environment)
  if ('problems' in result) return result.problems.map(problemText).join('\n')
  return `${targetLabel(result.target)} ${result.target.user} ${inspect(result.target)}`
}

/** A password as somebody typed it, not knowing that it is to be encoded. */
const typed = fc
  .array(fc.constantFrom(CANARY, ...'@/?&=%#:,[] a1'), { minLength: 1, maxLength: 7 })
  .map((pieces) => pieces.join(''))

const AROUND: readonly (readonly [string, string])[] = [
  ['postgresql://app:', '@db.internal:5432/app?sslmode=require'],
  ['postgres://app:', '@db/app'],
  ['postgresql+psycopg2://app:', '@[::1],db:5433'],
  ['postgresql://db/app?user=app&password=', '&connect_timeout=3'],
  ['postgresql://db/app?pasword=', ''],
]

describe('any text as a connection URL', () => {
  it('is a target or has problems', () => {
    fc.assert(
      fc.property(anyText([...WORDS, ...GOOD]), (url) => {
        const result = targetFromUrl(url, environment)
        const isTarget = 'target' in result
        expect(isTarget ? result.target.hosts.length : result.problems.length).toBeGreaterThan(0)
      }),
      runs(300),
    )
  })

  it('is never quoted where a password may be in it', () => {
    fc.assert(
      fc.property(mutated(GOOD, WORDS), (url) => {
        const result = targetFromUrl(url, environment)
        const problems = 'problems' in result ? result.problems : []
        expect(problems.map(problemText).join('\n')).not.toContain(CANARY)
      }),
      runs(800),
    )
  })

  it('never shows a part of a password that should have been encoded', () => {
    fc.assert(
      fc.property(fc.constantFrom(...AROUND), typed, ([before, after], password) => {
        expect(reportedOf(before + password + after)).not.toContain(CANARY)
      }),
      runs(2000),
    )
  })
})
