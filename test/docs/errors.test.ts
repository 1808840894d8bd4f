import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failureCodes } from '../../scripts/docs/troubleshooting.ts'
import { GateError } from '../../src/errors/error.ts'
import { EXIT_CODES } from '../../src/errors/exit-codes.ts'
import { FAILURES } from '../../src/errors/failures.ts'

const ROOT = join(import.meta.dirname, '../..')

const SOURCE = globSync('src/**/*.ts', { cwd: ROOT })
  .filter((file) => file !== join('src', 'errors.ts'))
  .map((file) => readFileSync(join(ROOT, file), 'utf8'))
  .join('\n')

describe.each(failureCodes())('%s', (code) => {
  const { exit, meaning, remedy } = FAILURES[code]

  it('is thrown somewhere', () => {
    // As it stands, or put together at its last word: INTERRUPTED_ and the signal's name.
    const stem = `\`${code.replace(/[A-Z]+$/, '')}\${`
    expect([`'${code}'`, stem].some((written) => SOURCE.includes(written))).toBe(true)
  })

  it('says what it means and what to do, in sentences', () => {
    expect(meaning).toMatch(/^\S.*\.$/)
    expect(remedy).toMatch(/^[A-Z].*\.$/)
  })

  it('carries its exit code to the edge', () => {
    const error = new GateError(code, 'message', { hint: 'hint' })
    expect(error).toMatchObject({ code, exitCode: EXIT_CODES[exit].number, name: 'GateError' })
    expect(error.retriable).toBe(EXIT_CODES[exit].retriable === true)
  })
})

describe('an exit code', () => {
  it('other than 0 and 1 has a failure that leads to it', () => {
    const reached = new Set<string>(Object.values(FAILURES).map(({ exit }) => exit))
    expect([...reached, 'open', 'bug'].sort()).toEqual(Object.keys(EXIT_CODES).sort())
  })
})
