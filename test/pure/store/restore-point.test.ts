import { describe, expect, it } from 'vitest'
import {
  asRestorePoint,
  describeRestorePoint,
  recoverySettings,
} from '../../../src/store/restore-point.ts'

const POINT = {
  at: '2026-11-26T13:00:01.123456Z',
  lsn: '0/1A2B3C8',
  timeline: 3,
  name: 'pgate_1f3a9c07_972fc63ffb69',
}

describe('a restore point', () => {
  it('is described in one line, without what is not known', () => {
    expect(describeRestorePoint(POINT)).toBe(
      '2026-11-26 13:00:01.123456 UTC, LSN 0/1A2B3C8, timeline 3, name pgate_1f3a9c07_972fc63ffb69',
    )
    expect(describeRestorePoint({ ...POINT, lsn: null, timeline: null, name: null })).toBe(
      '2026-11-26 13:00:01.123456 UTC, no LSN',
    )
  })

  it('is gone back to by its name, else by LSN, else by time, and by these without what begins there', () => {
    expect(recoverySettings(POINT)).toEqual([
      "recovery_target_name = 'pgate_1f3a9c07_972fc63ffb69'",
      "recovery_target_timeline = '3'",
    ])
    expect(recoverySettings({ ...POINT, name: null })).toEqual([
      "recovery_target_lsn = '0/1A2B3C8'",
      'recovery_target_inclusive = off',
      "recovery_target_timeline = '3'",
    ])
    expect(recoverySettings({ ...POINT, name: null, lsn: null, timeline: null })).toEqual([
      "recovery_target_time = '2026-11-26 13:00:01.123456+00'",
      'recovery_target_inclusive = off',
    ])
  })

  it.each([
    [null],
    ['text'],
    [[]],
    [{}],
    [{ at: 'yesterday' }],
    [{ ...POINT, at: "2026-11-26T13:00:01Z'; x" }],
  ])('is none in %j', (value) => {
    expect(asRestorePoint(value)).toBeNull()
  })

  it('is believed only as far as it is of its form', () => {
    expect(asRestorePoint({ ...POINT, more: true })).toEqual(POINT)
    expect(asRestorePoint({ ...POINT, lsn: '0/xyz', timeline: '3', name: "a'b" })).toEqual({
      ...POINT,
      lsn: null,
      timeline: null,
      name: null,
    })
  })
})
