import { describe, expect, it } from 'vitest'
import { cutShort } from '../../../../src/cli/failures.ts'
import { GateError } from '../../../../src/errors/error.ts'

const INSISTED = new GateError('INTERRUPTED_SIGINT', 'a second signal ended it at once', {
  facts: { signal: 'SIGINT' },
  hint: 'Run pgate again.',
})

describe('cutShort', () => {
  it.each([
    ['nothing under way', undefined, [], ''],
    ['a step that asks nothing', 'wait', [], ' during the step wait'],
    [
      'one statement',
      'migrate',
      [42],
      ' during the step migrate; the server has not answered yet that it cancelled what session 42 runs',
    ],
    [
      'two sessions',
      'extensions',
      [42, 43],
      ' during the step extensions; the server has not answered yet that it cancelled what sessions 42, 43 run',
    ],
  ] as const)('reports %s', (_, step, pids, words) => {
    const failure = cutShort(INSISTED, { step, unanswered: new Set(pids) })
    expect(failure.message).toBe(`a second signal ended it at once${words}`)
    expect(failure).toMatchObject({ code: 'INTERRUPTED_SIGINT', exitCode: 130 })
    expect(failure.facts).toEqual({ signal: 'SIGINT', step, unanswered: [...pids] })
  })

  it('leads to what still runs on the server, only where something does', () => {
    const quiet = cutShort(INSISTED, { step: 'verify', unanswered: new Set() })
    expect(quiet.hint).toBe('Run pgate again.')
    const loud = cutShort(INSISTED, { step: 'verify', unanswered: new Set([42]) })
    expect(loud.hint).toMatch(/pg_stat_activity.*pg_terminate_backend.* Run pgate again\.$/)
  })
})
