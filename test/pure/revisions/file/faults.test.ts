import { describe, expect, it } from 'vitest'
import { type Fault, faultsError } from '../../../../src/revisions/file/faults.ts'

const FAULT: Fault = {
  code: 'REVISION_HEADER',
  file: 'migrations/a.sql',
  line: 1,
  message: 'the header has no `revision:`',
  remedy: 'write `-- revision: <id>`',
}

describe('the failure that malformed revision files make', () => {
  it('says once what is wrong with one file and what to do, and names it', () => {
    const { code, message, hint } = faultsError([FAULT])
    expect({ code, message, hint }).toEqual({
      code: 'REVISION_HEADER',
      message: 'migrations/a.sql:1: the header has no `revision:`; write `-- revision: <id>`',
      hint: 'Fix migrations/a.sql and run pgate again; nothing was run.',
    })
  })

  it('lists several, each with its remedy', () => {
    const { message, hint } = faultsError([FAULT, { ...FAULT, file: 'b.sql', line: null }])
    expect(message.split('\n')).toEqual([
      '2 faults in the revision files:',
      '  migrations/a.sql:1: the header has no `revision:`; write `-- revision: <id>`',
      '  b.sql: the header has no `revision:`; write `-- revision: <id>`',
    ])
    expect(hint).toBe('Fix the revision files and run pgate again; nothing was run.')
  })
})
