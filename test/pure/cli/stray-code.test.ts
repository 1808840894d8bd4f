import { describe, expect, it } from 'vitest'
import { endedByModule, strayFailure } from '../../../src/cli/stray-code.ts'
import { GateError } from '../../../src/errors.ts'

const PROGRAM = 'file:///pgate/'

function errorAt(...places: readonly string[]): Error {
  const error = new Error('late')
  error.stack = ['Error: late', ...places.map((place) => `    at ${place}`)].join('\n')
  return error
}

function failureOf(error: unknown): GateError {
  const failure = strayFailure(error, PROGRAM)
  if (failure instanceof GateError) return failure
  throw new Error('it is told as a fault of pgate')
}

describe('an error that nobody caught', () => {
  it('is told with the place in the module that it comes from', () => {
    const error = errorAt(
      'Timeout._onTimeout (file:///m/b.mjs?checksum=ab:3:9)',
      'listOnTimeout (node:x:1:2)',
    )
    const { code, message, facts } = failureOf(error)
    expect(code).toBe('REVISION_MODULE')
    expect(message).toContain('/m/b.mjs:3:9: ')
    expect(message).toContain(': late')
    expect(facts).toEqual({ place: '/m/b.mjs:3:9' })
  })

  it('is told with the module that called, where the topmost call is of pgate', () => {
    const error = errorAt('query (file:///pgate/chunks/x.mjs:1:2)', 'file:///m/b.mjs:7:1')
    expect(failureOf(error).facts).toEqual({ place: '/m/b.mjs:7:1' })
  })

  it("is the module's where it is a query's that was not awaited", () => {
    const error = errorAt('parse (file:///pgate/chunks/x.mjs:1:2)')
    Object.assign(error, { code: '22012', severity: 'ERROR' })
    expect(failureOf(error).code).toBe('REVISION_MODULE')
  })

  it("is the module's where Node.js had to make an error of what it was", () => {
    const error = Object.assign(errorAt(), { code: 'ERR_UNHANDLED_REJECTION' })
    expect(failureOf(error).code).toBe('REVISION_MODULE')
  })

  it.each([null, undefined, 'text', { toString: null }])(
    "is the module's where it is no error: %j",
    (thrown) => {
      expect(failureOf(thrown).code).toBe('REVISION_MODULE')
    },
  )

  it('stays a fault of pgate where no other code is in it', () => {
    const error = errorAt('run (file:///pgate/pgate.mjs:1:2)', 'node:internal/x:1:2')
    expect(strayFailure(error, PROGRAM)).toBe(error)
  })
})

it('the end of the process by a module is a failure that is no success', () => {
  expect(endedByModule()).toMatchObject({ code: 'REVISION_MODULE', exitCode: 50 })
})
