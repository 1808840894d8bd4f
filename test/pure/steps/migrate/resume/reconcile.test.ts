import { describe, expect, it } from 'vitest'
import { showsItWasDone } from '../../../../../src/steps/migrate/resume/reconcile.ts'

const answer = (code: string) => Object.assign(new Error('said'), { code, severity: 'ERROR' })

describe('an answer to a statement in doubt', () => {
  it.each([
    ['DropStmt', '42704'],
    ['DropdbStmt', '3D000'],
    ['CreatedbStmt', '42P04'],
    ['CreateTableSpaceStmt', '42710'],
  ])('shows that %s was done by %s', (node, code) => {
    expect(showsItWasDone({ node }, answer(code))).toBe(true)
  })

  it.each([
    ['DropStmt', '42501'],
    ['CreatedbStmt', '3D000'],
    ['IndexStmt', '42P07'],
    ['VacuumStmt', '42704'],
  ])('shows nothing of %s by %s', (node, code) => {
    expect(showsItWasDone({ node }, answer(code))).toBe(false)
  })

  it('shows nothing where the server did not answer', () => {
    const lost = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    expect(showsItWasDone({ node: 'DropStmt' }, lost)).toBe(false)
  })
})
