import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConfigProblem } from '../../../src/config/config.ts'
import { isSecret, twinName, VARIABLES } from '../../../src/config/variables.ts'
import { anyText, mutated, outcomeOf, runs, saidBy } from '../../support/cli/fuzz.ts'
import { load } from '../config/load.ts'

const CANARY = 'c4n4ry'

const NAMES = VARIABLES.flatMap((variable) =>
  isSecret(variable) ? [variable.name, twinName(variable.name)] : [variable.name],
)
const SECRETS = VARIABLES.filter(({ kind }) => kind === 'password').map(({ name }) => name)
const VALUES = [
  ...new Set(VARIABLES.flatMap(({ example, kind }) => (kind === 'url' ? [] : [example]))),
]
const URLS = [
  `postgresql://app:${CANARY}@db.internal:5432/app`,
  `postgresql+asyncpg://app:x${CANARY}%2F@[::1]/app?sslmode=require`,
]

/** Values that fit their variable, that fit another one, and that fit none. */
const value = fc.oneof(
  fc.constantFrom(...VALUES, ...URLS),
  mutated(VALUES),
  mutated(URLS, ['password=', 'host=', '&', '@']),
  anyText(VALUES),
)
const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: mutated(NAMES, ['PGATE_', '_FILE']) },
)
const environment = fc
  .array(fc.tuple(name, value), { maxLength: 10 })
  .map((entries) => Object.fromEntries(entries))
const files = fc.record({ '/run/secret': value })

describe('any environment', () => {
  it('is a configuration, or one failure that names variables', async () => {
    await fc.assert(
      fc.asyncProperty(environment, files, async (env, given) => {
        const outcome = await outcomeOf(() => load(env, { files: given }))
        if (outcome.kind === 'result') return
        const { code, message, facts } = outcome.failure
        expect(code).toBe('CONFIG_INVALID')
        const problems = facts.problems as readonly ConfigProblem[]
        expect(problems.length).toBeGreaterThan(0)
        for (const { variable, message: what } of problems) {
          expect(what).not.toBe('')
          expect(message).toContain(`${variable}: ${what}`)
          expect([...NAMES, ...Object.keys(env), ...LIBPQ]).toContain(variable)
        }
      }),
      runs(400),
    )
  })

  it('is refused without a secret, whether that stands in a URL, a variable or a file', async () => {
    const secret = fc.oneof(
      fc.tuple(fc.constantFrom('DATABASE_URL', 'DATABASE__URL', 'PGATE_ADMIN_URL'), mutated(URLS)),
      fc.tuple(fc.constantFrom(...SECRETS), mutated([CANARY])),
      fc.tuple(fc.constantFrom(...SECRETS.map(twinName)), fc.constant('/run/secret')),
      fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...URLS)),
    )
    const other = fc.tuple(name, fc.oneof(mutated(VALUES), fc.constant('/run/secret')))
    const entries = fc.tuple(secret, fc.array(other, { maxLength: 4 }))
    await fc.assert(
      fc.asyncProperty(entries, mutated(URLS), async ([first, others], file) => {
        const env = Object.fromEntries([...others, first])
        const outcome = await outcomeOf(() => load(env, { files: { '/run/secret': file } }))
        if (outcome.kind === 'refused') expect(saidBy(outcome.failure)).not.toContain(CANARY)
        else expect(JSON.stringify(outcome.result)).not.toContain(`:${CANARY}`)
      }),
      runs(600),
    )
  })
})

/** Refused by name where they are set: libpq's beyond the table. */
const LIBPQ = ['PGSERVICE', 'PGHOSTADDR']
