import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { GateError } from '../../../src/errors/error.ts'
import type { FailureCode } from '../../../src/errors/failures.ts'
import type { Revision, SqlBody } from '../../../src/revisions/file/revision.ts'
import { linkRevisions, type RevisionGraph } from '../../../src/revisions/graph/graph.ts'

/** Where the fixtures are, as a folder that a test hands to pgate. */
export const FIXTURES = 'test/fixtures/revisions'

/** The bytes of a fixture. */
export function fixture(path: string): Buffer {
  return readFileSync(`${FIXTURES}/${path}`)
}

/** A revision of which only the links matter. */
export function revision(id: string, more: Partial<Revision> = {}): Revision {
  return Object.freeze({
    id,
    revises: [],
    dependsOn: [],
    branchLabels: [],
    message: `message of ${id}`,
    file: `m/${id}.sql`,
    transaction: 'auto',
    checksum: '',
    upgrade: section(''),
    downgrade: null,
    ...more,
  })
}

/** A section that begins on line 1, or where it is asked to. */
export function section(text: string, line = 1): SqlBody {
  return { kind: 'sql', text, line }
}

/**
 * `c: a b` is revision c, which revises a and b; `c: a + b` revises a and depends on b; `c: a =
 * billing` bears a branch label.
 */
export function graphOf(...lines: readonly string[]): RevisionGraph {
  const { graph, faults } = linkRevisions(lines.map(revisionOf))
  if (graph === undefined) throw new Error(`not a graph: ${JSON.stringify(faults)}`)
  return graph
}

export function revisionOf(line: string): Revision {
  const [id = '', parents = ''] = line.split(':')
  const [links = '', labels = ''] = parents.split('=')
  const [revises = [], dependsOn = []] = links.split('+').map(splitWords)
  return revision(id, { revises, dependsOn, branchLabels: splitWords(labels) })
}

/** The words of a text; none of an empty one. */
export function splitWords(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '')
}

/** The GateError that `act` throws or rejects with, of that code. */
export async function failureOf(act: () => unknown, code: FailureCode): Promise<GateError> {
  const error = await Promise.resolve()
    .then(act)
    .then(
      () => undefined,
      (reason: unknown) => reason,
    )
  if (!(error instanceof GateError)) throw new Error(`no GateError: ${String(error)}`)
  expect(error.code).toBe(code)
  return error
}
