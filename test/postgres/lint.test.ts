import { describe, expect } from 'vitest'
import { withThrowaway } from '../../src/author/throwaway.ts'
import { tracerOn } from '../../src/author/trace.ts'
import { recordSteps } from '../../src/base/steps.ts'
import { LINT_RULES } from '../../src/config/choices.ts'
import type { Finding } from '../../src/lint/finding.ts'
import { lintDeploy } from '../../src/lint/lint.ts'
import { parseSqlRevision } from '../../src/revisions/file/parse-sql.ts'
import { NO_REVISIONS } from '../../src/revisions/graph/graph.ts'
import { BEFORE, MEASURED, RULE_CASES } from '../pure/lint/cases.ts'
import { stepContext } from '../support/cli/step.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const SERVERS = servers()

describe.each(SERVERS)('what was measured, on a throwaway database of $name,', (server) => {
  const it = testOn(server)

  it('is what lint says of each statement', async ({ database: { url } }) => {
    const wrong = await onThrowaway(url, async (lint, major) => {
      const differences: string[] = []
      for (const { sql, found, since = 0 } of MEASURED) {
        if (since > major) continue
        const rules = (await lint(sql)).flatMap(({ rule, severity }) =>
          severity === 'info' ? [] : [rule],
        )
        if (rules.join() !== found.join()) differences.push(`${sql}: ${rules.join()}`)
      }
      return differences
    })
    expect(wrong).toEqual([])
  })
})

describe.each(SERVERS.slice(0, 1))('on a throwaway database of $name, every rule', (server) => {
  const it = testOn(server)

  it('finds its example, and leaves the other in peace', async ({ database: { url } }) => {
    const wrong = await onThrowaway(url, async (lint) => {
      const differences: string[] = []
      for (const rule of LINT_RULES) {
        const { found, peace, transaction = 'auto' } = RULE_CASES[rule]
        const [one, other] = [await lint(found, transaction), await lint(peace, transaction)]
        if (!one.some((each) => each.rule === rule)) differences.push(`${rule} is not found`)
        if (other.some((each) => each.rule === rule)) differences.push(`${rule} is not in peace`)
      }
      return differences
    })
    expect(wrong).toEqual([])
  })
})

type Lint = (sql: string, transaction?: string) => Promise<readonly Finding[]>

/** Each statement on the schema of before, in a schema that is made for it. */
async function onThrowaway<T>(
  url: string,
  use: (lint: Lint, major: number) => Promise<T>,
): Promise<T> {
  const context = stepContext({ PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: '.' })
  const steps = recordSteps(context.clock, { started: () => {}, ended: () => {} })
  const host = { pid: process.pid, hostName: 'here', isAlive: () => true }
  const running = {
    ...context,
    steps,
    host,
    origin: { host: 'here', version: 'test', run: 'test' },
    embedded: undefined,
  }
  const { connection } = stepContext({ DATABASE_URL: url }).config
  return withThrowaway(running, { server: connection }, async (throwaway) => {
    const { session } = throwaway
    return use(async (sql, transaction = 'auto') => {
      await session.query('drop schema public cascade; create schema public')
      await session.query(BEFORE)
      const text = `-- revision: a\n-- revises: none\n-- transaction: ${transaction}\n-- pgate: upgrade\n${sql}`
      const parsed = parseSqlRevision(text, 'a.sql')
      if (parsed.kind !== 'revision') throw new Error(JSON.stringify(parsed.faults))
      const tracer = { ...tracerOn(throwaway, NO_REVISIONS), end: async () => {} }
      const { findings } = await lintDeploy({
        revisions: [parsed.revision],
        schema: 'public',
        skip: [],
        tracer,
      })
      return findings
    }, session.server.major)
  })
}
