import { patternProblem, splitPatterns } from '../../base/object-pattern.ts'
import { nearest } from '../../base/suggest.ts'
import type { FaultInFile } from './faults.ts'
import type { Header, HeaderField, HeaderKey } from './header.ts'
import { createdTime, idProblem, labelProblem, listProblems } from './identifiers.ts'
import type { Revision } from './revision.ts'

/** What the header says of a revision, besides its message. */
type HeaderValues = Pick<
  Revision,
  | 'id'
  | 'revises'
  | 'dependsOn'
  | 'branchLabels'
  | 'created'
  | 'transaction'
  | 'phase'
  | 'replaces'
  | 'unpromised'
>

type CheckedFields =
  | { readonly kind: 'values'; readonly values: HeaderValues }
  | { readonly kind: 'faults'; readonly faults: readonly FaultInFile[] }

const MODES: readonly Revision['transaction'][] = ['auto', 'on', 'off']
export const PHASES_OF_FILES = ['expand', 'contract'] as const

/**
 * Checks the fields of a header: `revision` and `revises` must be there, whatever is there must be
 * well formed. Every fault is found, not only the first.
 */
export function checkFields({
  fields,
  misspelt,
}: Pick<Header, 'fields' | 'misspelt'>): CheckedFields {
  const faults: FaultInFile[] = []
  const value = (key: HeaderKey) => fields.get(key)?.value ?? ''
  for (const [key, field] of fields) faults.push(...problemsOf(key, field))
  const lacks = (key: HeaderKey) => !fields.has(key) && !misspelt.has(key)
  if (lacks('revision')) faults.push(missing('revision', 'write `-- revision: <id>`'))
  if (lacks('revises')) {
    faults.push(missing('revises', 'write `-- revises: <id>`, or `-- revises: none` for the first'))
  }
  if (faults.length > 0 || misspelt.size > 0) return { kind: 'faults', faults }
  const transaction = MODES.find((mode) => mode === value('transaction').toLowerCase()) ?? 'auto'
  const created = fields.has('created') ? { created: value('created') } : {}
  const patterns = splitPatterns(value('unpromised'))
  const replaces = fields.has('replaces') ? { replaces: listOf(value('replaces')) } : {}
  const unpromised = patterns.length === 0 ? {} : { unpromised: patterns }
  return {
    kind: 'values',
    values: {
      id: value('revision'),
      revises: listOf(value('revises')),
      dependsOn: listOf(value('depends-on')),
      branchLabels: listOf(value('branch-label')),
      transaction,
      ...(value('phase').toLowerCase() === 'contract' && { phase: 'contract' }),
      ...created,
      ...replaces,
      ...unpromised,
    },
  }
}

function problemsOf(key: HeaderKey, field: HeaderField): readonly FaultInFile[] {
  const { value, line } = field
  const fault = (message: string, remedy: string): FaultInFile => ({
    code: 'REVISION_HEADER',
    line,
    message: `\`${key}:\` ${message}`,
    remedy,
  })
  if (value === '') {
    const remedy = key === 'revises' ? 'write an id, or none for the first' : 'write one after it'
    return [fault('has no value', remedy)]
  }
  if (key === 'revision')
    return wrongId(value).map((problem) => fault(problem, 'choose another id'))
  if (key === 'created') return createdTime(value) === undefined ? [fault(...wrongDate(value))] : []
  if (key === 'transaction') return notOneOf(value, MODES).map((problem) => fault(...problem))
  if (key === 'phase') return notOneOf(value, PHASES_OF_FILES).map((problem) => fault(...problem))
  if (key === 'unpromised') return wrongPatterns(value).map((problem) => fault(...problem))
  const problems = listProblems(listOf(value), key === 'branch-label' ? labelProblem : idProblem)
  return problems.map((problem) =>
    fault(problem, 'write them separated by commas, or `none` alone'),
  )
}

function wrongPatterns(value: string): readonly [string, string][] {
  return splitPatterns(value).flatMap((pattern): [string, string][] => {
    const problem = patternProblem(pattern)
    if (problem === undefined) return []
    return [[`has a pattern that ${problem}`, 'write it as in `index public.t_*, table audit.*`']]
  })
}

function wrongId(id: string): readonly string[] {
  const problem = idProblem(id)
  return problem === undefined ? [] : [`\`${id}\` ${problem}`]
}

function wrongDate(value: string): [string, string] {
  return [`\`${value}\` is not an ISO 8601 date`, 'write it as 2025-10-18T02:30:00Z']
}

function notOneOf(value: string, words: readonly string[]): readonly [string, string][] {
  if (words.includes(value.toLowerCase())) return []
  const listed = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
  return [[`\`${value}\` is not ${listed}`, `write ${nearest(value, words) ?? listed}`]]
}

/** `none` alone is the empty list; among ids it stays, to be refused as a reserved word. */
function listOf(value: string): readonly string[] {
  const words = value.split(',').map((word) => word.trim())
  return value === '' || (words.length === 1 && value.toLowerCase() === 'none') ? [] : words
}

function missing(key: HeaderKey, remedy: string): FaultInFile {
  return { code: 'REVISION_HEADER', line: 1, message: `the header has no \`${key}:\``, remedy }
}
