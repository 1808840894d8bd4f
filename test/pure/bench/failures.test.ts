import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reasonOf } from '../../../bench/harness/case.ts'
import { lastWords } from '../../../bench/harness/command.ts'

describe('what a table says of a tool that failed', () => {
  it.each([
    ['begins with the error', 'migrating\nerror: no memory\n    at run (a.js:1:2)\n{ code: 1 }\n'],
    ['begins with an error of a class', '  File "a.py"\nx.OperationalError: no memory\n\n'],
    ['is the last line where none is one', 'migrating\nno memory\n    at run (a.js:1:2)\n'],
  ])('%s, without stack frames', (_, said) => {
    const words = lastWords(said)
    expect(words).toMatch(/^\S*(error: )?no memory/i)
    expect(words).not.toContain('a.js')
  })

  it('names a file as the repository does', () => {
    const file = join(import.meta.dirname, 'failures.test.ts')
    expect(reasonOf(new Error(`no\n  ${file}`))).toBe('no test/pure/bench/failures.test.ts')
  })
})
