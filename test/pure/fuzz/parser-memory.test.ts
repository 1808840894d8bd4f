import { expect, it } from 'vitest'
import { splitStatements } from '../../../src/revisions/split.ts'
import { outcomeOf } from '../../support/fuzz.ts'

// In a file of its own: the parser does not live through it.
it('more statements than the parser has room for are refused with file and line', async () => {
  const text = 'insert into t values (1, 2, 3);\n'.repeat(600_000)
  const outcome = await outcomeOf(() => splitStatements({ kind: 'sql', text, line: 7 }, 'm/1.sql'))
  if (outcome.kind === 'result') throw new Error('it was cut')
  const { code, message, facts } = outcome.failure
  expect(code).toBe('MIGRATION_FAILED')
  expect(message).toContain('m/1.sql:7')
  expect(message).toContain('ran out of memory')
  expect(facts.file).toBe('m/1.sql')
}, 60_000)
