import { describe, expect, it } from 'vitest'
import type { GateError } from '../../../../src/errors/error.ts'
import { endedByModule, strayFailure } from '../../../../src/revisions/module/stray-code.ts'

const PROGRAM = 'file:///pgate/'

function errorAt(...places: readonly string[]): Error {
  const error = new Error('late')
  error.stack = ['Error: late', ...places.map((place) => `    at ${place}`)].join('\n')
  return error
}

function failureOf(error: unknown): GateError {
  return strayFailure(error, undefined, PROGRAM)
}

describe('an error that nobody caught', () => {
  it('is reported with the place in the module that it comes from', () => {
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

  it('is reported with the module that called, where the topmost call is of pgate', () => {
    const error = errorAt('query (file:///pgate/chunks/x.mjs:1:2)', 'file:///m/b.mjs:7:1')
    expect(failureOf(error).facts).toEqual({ place: '/m/b.mjs:7:1' })
  })

  it('is reported with the file that ran, where no call is of a module', () => {
    const error = errorAt('parse (file:///pgate/chunks/x.mjs:1:2)')
    expect(strayFailure(error, 'm/b.mjs', PROGRAM)).toMatchObject({
      code: 'REVISION_MODULE',
      facts: { place: 'm/b.mjs' },
    })
  })

  it.each([null, undefined, 'text', { toString: null }])(
    "is the module's where it is no error: %j",
    (thrown) => {
      expect(failureOf(thrown).code).toBe('REVISION_MODULE')
    },
  )
})

it('the end of the process by a module is a failure that is no success', () => {
  expect(endedByModule('called')).toMatchObject({ code: 'REVISION_MODULE', exitCode: 50 })
})
