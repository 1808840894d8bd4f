import { describe, expect, it } from 'vitest'
import { unknownVariables } from '../../../src/config/unknown.ts'
import { load, problemsOf } from './load.ts'

describe('an unknown variable', () => {
  it.each([
    ['PGATE_WAIT_TIMOUT', 'did you mean PGATE_WAIT_TIMEOUT?'],
    ['PGATE_EXTENSION', 'did you mean PGATE_EXTENSIONS?'],
    ['PGATE_ADMIN_URI', 'did you mean PGATE_ADMIN_URL?'],
    ['PGATE_ADMIN_URL_FIEL', 'did you mean PGATE_ADMIN_URL_FILE?'],
    ['PGATE_FAVOURITE_COLOUR', 'pgate has no such variable'],
    ['PGATE_', 'pgate has no such variable'],
    ['PGATE_ROLE_FILE', 'PGATE_ROLE holds no secret and has no _FILE twin'],
    ['PGATE_PORT', 'pgate has no such variable'],
  ])('%s is refused', (name, message) => {
    expect(problemsOf({ [name]: 'x' })).toEqual({ [name]: message })
  })

  it('is refused where it is empty too', () => {
    expect(Object.keys(problemsOf({ PGATE_COLOUR: '' }))).toEqual(['PGATE_COLOUR'])
  })

  it('is reported with all others, in the order of their names', () => {
    expect(Object.keys(problemsOf({ PGATE_Z: '', PGATE_A: '' }))).toEqual(['PGATE_A', 'PGATE_Z'])
  })

  it('is let be where it is not of pgate, or not set', () => {
    expect(() => load({ PATH: '/bin', PGATEX: '1', pgate_role: 'x' })).not.toThrow()
    expect(() => load({ PGATE_COLOUR: undefined })).not.toThrow()
  })
})

describe('what Kubernetes adds for a Service', () => {
  const links = (prefix: string) => [
    `${prefix}_SERVICE_HOST`,
    `${prefix}_SERVICE_PORT`,
    `${prefix}_SERVICE_PORT_METRICS`,
    `${prefix}_PORT`,
    `${prefix}_PORT_8080_TCP`,
    `${prefix}_PORT_8080_TCP_PROTO`,
    `${prefix}_PORT_8080_TCP_PORT`,
    `${prefix}_PORT_8080_TCP_ADDR`,
  ]

  it.each(['PGATE', 'PGATE_METRICS'])('called %s is let pass', (prefix) => {
    expect(unknownVariables(links(prefix))).toEqual([])
  })

  it('hides no other name', () => {
    const names = [...links('PGATE'), 'PGATE_PORTS', 'PGATE_WAIT_TIMOUT']
    expect(unknownVariables(names).map(({ variable }) => variable)).toEqual([
      'PGATE_PORTS',
      'PGATE_WAIT_TIMOUT',
    ])
  })
})
