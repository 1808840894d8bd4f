/** Words that name a place in the graph, not a revision. */
const RESERVED_IDS: readonly string[] = ['none', 'head', 'heads', 'base', 'current']

const ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/
const MAX_LENGTH = 32

/**
 * What is wrong with a revision id, or undefined: 1 to 32 characters of `A-Z a-z 0-9 _ . -`, the
 * first one not `-` or `.`, and not a reserved word.
 */
export function idProblem(id: string): string | undefined {
  if (id === '') return 'is empty'
  if (RESERVED_IDS.includes(id.toLowerCase())) return 'is a reserved word, not a revision id'
  if (id.length > MAX_LENGTH) {
    return `has ${id.length} characters; alembic_version.version_num holds ${MAX_LENGTH}`
  }
  if (!ID.test(id)) return 'may hold only A-Z a-z 0-9 _ . - and not begin with - or .'
  return undefined
}

/** What is wrong with a branch label, or undefined: the rule for ids, without the length. */
export function labelProblem(label: string): string | undefined {
  const problem = idProblem(label.slice(0, MAX_LENGTH))
  return problem ?? (ID.test(label) ? undefined : idProblem('.'))
}

/** What is wrong with a list of ids (or labels), each problem once; none means that it will do. */
export function listProblems(
  ids: readonly string[],
  problemOf: (id: string) => string | undefined,
): readonly string[] {
  const problems = ids.flatMap((id) => {
    const problem = problemOf(id)
    return problem === undefined ? [] : [`\`${id}\` ${problem}`]
  })
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
  return [...new Set([...problems, ...twice.map((id) => `\`${id}\` is named twice`)])]
}

const ISO_8601 =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?) ?(Z|[+-]\d{2}:?\d{2})?)?$/i

/**
 * A `created` date as milliseconds since 1970, or undefined where it is not an ISO 8601 date or
 * date and time. Without a zone it is read as UTC, so that every machine orders revisions alike.
 */
export function createdTime(created: string): number | undefined {
  const [, day, time = '00:00', zone = 'Z'] = ISO_8601.exec(created.trim()) ?? []
  if (day === undefined) return undefined
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
  const parsed = Date.parse(`${day}T${time.replace(',', '.')}${offset}`)
  return Number.isNaN(parsed) ? undefined : parsed
}
