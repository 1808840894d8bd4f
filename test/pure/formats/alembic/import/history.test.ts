import { describe, expect, it } from 'vitest'
import type { GateError } from '../../../../../src/errors/error.ts'
import { parseAlembicHistory } from '../../../../../src/formats/alembic/import/history.ts'
import { recorded } from './support.ts'

function entries(text: string) {
  return parseAlembicHistory({ name: 'history.txt', text }).entries
}

function failure(text: string): GateError {
  try {
    entries(text)
  } catch (error) {
    return error as GateError
  }
  throw new Error('nothing was refused')
}

describe("Alembic's history", () => {
  it('gives parents, dates in UTC and the first paragraph as the message', () => {
    const { entries: found } = parseAlembicHistory(recorded('linear/history.txt'))
    expect(Object.fromEntries(found)).toMatchObject({
      '972fc63ffb69': {
        revises: [],
        message: 'Initial database schema',
        created: '2025-10-18T02:30:00.123Z',
      },
      '567cc0f251e5': { message: 'Touch users: keep updated_at', created: '2025-10-18T03:55:00Z' },
      c0b7d0e366e7: { message: 'Guests – 100 % of them', created: '2025-10-18T22:58:00Z', line: 1 },
    })
  })

  it('gives merges, labels and dependencies', () => {
    expect(
      parseAlembicHistory(recorded('branched/history.txt')).entries.get('eee555'),
    ).toMatchObject({
      revises: ['bbb222', 'ddd444'],
      labels: expect.arrayContaining(['billing', 'shipping']),
    })
    expect(parseAlembicHistory(recorded('two-bases/history.txt')).entries.get('101')).toMatchObject(
      {
        revises: [],
        dependsOn: ['core'],
        labels: ['reports'],
      },
    )
  })

  it.each([
    ['a message of several lines', ['Two', 'lines'], 'Two lines'],
    ['no message', ['Revision ID: a1', 'Revises: '], ''],
    ['no docstring', [], ''],
    ['a docstring alone', ['Only words'], 'Only words'],
  ])('may hold a script with %s', (_, docstring, message) => {
    const text = [
      'Rev: a1 (head)',
      'Parent: <base>',
      'Path: /x/a1.py',
      '',
      ...docstring.map((line) => `    ${line}`),
    ]
    expect(entries(text.join('\n')).get('a1')).toEqual(
      expect.objectContaining({ message, revises: [], line: 1 }),
    )
    expect(entries(text.join('\n')).get('a1')).not.toHaveProperty('created')
  })

  it('passes over a log above it', () => {
    const log = 'INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.\n'
    expect(entries(`${log}Rev: a1\nParent: <base>\n`).get('a1')).toMatchObject({ line: 2 })
  })

  it.each([
    ['what is no history', 'hello\n', null, 'no `Rev: …` line'],
    ['its short form', recorded('linear/history-short.txt').text, 1, 'the short form'],
    ['an entry without parents', 'Rev: a1\nPath: x\n', 1, 'no `Parent:` line'],
  ])('refuses %s', (_, text, line, found) => {
    const error = failure(text)
    expect(error).toMatchObject({ code: 'IMPORT_INVALID', facts: { source: 'history.txt', line } })
    expect(error.message).toContain(found)
  })
})
