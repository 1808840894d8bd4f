import { nearest } from '../../base/suggest.ts'
import type { Fault } from '../file/faults.ts'
import type { HeaderKey } from '../file/header.ts'
import type { Revision } from '../file/revision.ts'

/** The 1-based line of a file on which a key stands; `null` where it is not known. */
type WhereInFile = (file: string, key: HeaderKey) => number | null

/** What is known of the files besides their revisions. */
export interface FileFacts {
  /** Absent: no line is known. */
  readonly where?: WhereInFile
  /** Whether a file that could not be parsed holds this id; absent: none does. */
  readonly heldElsewhere?: (id: string) => boolean
}

type ById = ReadonlyMap<string, Revision>

/** How many missing parents get a suggestion: finding one looks at every id there is. */
const MOST_SUGGESTIONS = 20

/** Revisions by id, the first file of each; every further one is a fault. */
export function uniqueById(
  revisions: readonly Revision[],
  where: WhereInFile,
): { readonly byId: ById; readonly faults: readonly Fault[] } {
  const byId = new Map<string, Revision>()
  const faults: Fault[] = []
  for (const revision of revisions) {
    const { id, file } = revision
    const first = byId.get(id)
    if (first === undefined) byId.set(id, revision)
    else {
      faults.push({
        code: 'REVISION_DUPLICATE',
        file,
        line: where(file, 'revision'),
        message: `revision ${id} is in ${first.file} already`,
        remedy: 'give one of the two another id (and fix those that revise it)',
      })
    }
  }
  return { byId, faults: [...faults, ...replacedFaults(byId, where), ...labelFaults(byId, where)] }
}

/** What a squashed revision stands for is no revision of its own any more. */
function replacedFaults(byId: ById, where: WhereInFile): readonly Fault[] {
  return [...byId.values()].flatMap(({ id, file, replaces = [] }) =>
    replaces.flatMap((replaced): readonly Fault[] => {
      const other = byId.get(replaced)
      if (other === undefined) return []
      return [
        {
          code: 'REVISION_DUPLICATE',
          file,
          line: where(file, 'replaces'),
          message: `revision ${id} replaces ${replaced}, which is in ${other.file} still`,
          remedy: 'remove one of the two files, or take the id out of `replaces:`',
        },
      ]
    }),
  )
}

/** A label must say which revision is meant: no two the same, none that is also an id. */
function labelFaults(byId: ById, where: WhereInFile): readonly Fault[] {
  const faults: Fault[] = []
  const holders = new Map<string, Revision>()
  for (const revision of byId.values()) {
    for (const label of revision.branchLabels) {
      const holder = holders.get(label) ?? byId.get(label)
      if (holder === undefined) holders.set(label, revision)
      else {
        faults.push({
          code: 'REVISION_DUPLICATE',
          file: revision.file,
          line: where(revision.file, 'branch-label'),
          message: `branch label ${label} names revision ${holder.id} already (${holder.file})`,
          remedy: 'choose another label',
        })
      }
    }
  }
  return faults
}

/** Parents that no file holds, and revisions that name themselves. */
export function referenceFaults(
  byId: ById,
  { where, heldElsewhere }: Required<FileFacts>,
): readonly Fault[] {
  const faults: Fault[] = []
  const known = [...byId.keys()]
  for (const revision of byId.values()) {
    for (const { key, id } of references(revision)) {
      const at = { file: revision.file, line: where(revision.file, key) }
      if (id === revision.id) faults.push({ ...at, ...namesItself(revision, key) })
      else if (!byId.has(id) && !heldElsewhere(id)) {
        const others = known.filter((other) => other !== revision.id)
        const meant = faults.length < MOST_SUGGESTIONS ? nearest(id, others) : undefined
        const by = replacedBy(byId.values(), id)
        const remedy = by === undefined ? findIt(id, meant) : squashed(by, id)
        faults.push({ ...at, ...missing(revision, key, id), remedy })
      }
    }
  }
  return faults
}

interface Reference {
  readonly key: 'revises' | 'depends-on'
  readonly id: string
}

function references({ revises, dependsOn }: Revision): readonly Reference[] {
  return [
    ...revises.map((id) => ({ key: 'revises', id }) as const),
    ...dependsOn.map((id) => ({ key: 'depends-on', id }) as const),
  ]
}

function namesItself({ id }: Revision, key: Reference['key']) {
  return {
    code: 'REVISION_CYCLE',
    message: `revision ${id} ${verb(key)} itself`,
    remedy: `name the revision before it in \`${key}:\`, or \`none\``,
  } as const
}

function missing({ id }: Revision, key: Reference['key'], parent: string) {
  return {
    code: 'REVISION_MISSING_PARENT',
    message: `revision ${id} ${verb(key)} ${parent}, which no file holds`,
  } as const
}

/** The revision that stands for another since they were squashed. */
export function replacedBy(revisions: Iterable<Revision>, id: string): Revision | undefined {
  return [...revisions].find(({ replaces }) => replaces?.includes(id))
}

function squashed({ id, file }: Revision, replaced: string): string {
  return `write ${id}: ${file} replaces ${replaced}`
}

function findIt(id: string, meant: string | undefined): string {
  const suggestion = meant === undefined ? '' : `write ${meant} if that was meant, or `
  return `${suggestion}bring back the file of ${id}`
}

function verb(key: Reference['key']): string {
  return key === 'revises' ? 'revises' : 'depends on'
}

/** One fault a circle, which is reported whole, in order, with the file of each. */
export function circleFaults(
  circles: readonly (readonly Revision[])[],
  where: WhereInFile,
): readonly Fault[] {
  return circles.flatMap((circle) => {
    const [first] = circle
    if (first === undefined) return []
    const steps = circle.map((revision, index) => {
      const parent = circle[index + 1]?.id ?? first.id
      const key = revision.revises.includes(parent) ? 'revises' : 'depends-on'
      return `${revision.id} ${verb(key)} ${parent} (${revision.file})`
    })
    const next = circle[1]?.id ?? first.id
    const key = first.revises.includes(next) ? 'revises' : 'depends-on'
    return {
      code: 'REVISION_CYCLE',
      file: first.file,
      line: where(first.file, key),
      message: `revisions go round in a circle: ${steps.join(', ')}`,
      remedy: 'take one of these steps out',
    } as const
  })
}
