import { GateError } from '../../errors/error.ts'
import { type Fault, faultsError } from '../file/faults.ts'
import { idProblem, labelProblem, listProblems } from '../file/identifiers.ts'
import { parseSqlRevision } from '../file/parse-sql.ts'
import type { Revision } from '../file/revision.ts'
import { linkRevisions, type RevisionGraph } from '../graph/graph.ts'
import { revisionFileName } from './file-name.ts'
import { type RevisionToRender, renderRevisionFile } from './render-file.ts'

/** What a new revision file is to say; `created` as ISO 8601. */
export interface NewRevision
  extends Pick<Revision, 'id' | 'revises' | 'dependsOn' | 'branchLabels' | 'message' | 'phase'> {
  readonly created: string
  readonly kind: 'sql' | 'ts' | 'merge'
  /** What a SQL revision does, where that is known; without a downgrade it is irreversible then. */
  readonly upgrade?: string
  readonly downgrade?: string
}

/** A file that is still to be written. */
export interface NewFile {
  /** The folder as configured, and the file's name. */
  readonly path: string
  readonly text: string
}

/**
 * The file of a new revision that fits those there are: read with them it gives a whole graph. Pure.
 * @throws {GateError} CONFIG_INVALID with every unusable value at once; REVISION_DUPLICATE where
 *   the id or a label is taken
 */
export function newRevisionFile(
  graph: RevisionGraph,
  directory: string,
  revision: NewRevision,
): NewFile {
  refuseUnusable(revision)
  const name = revisionFileName(revision)
  const path = `${directory.replace(/\/$/, '')}/${name}`
  const sections =
    revision.upgrade === undefined
      ? (SECTIONS[revision.kind] ?? EMPTY)
      : { upgrade: revision.upgrade, downgrade: revision.downgrade ?? null }
  const text = renderRevisionFile({ ...revision, ...sections })
  refuseUnfit(graph, path, text)
  if (revision.kind !== 'ts') return { path, text }
  return { path: path.replace(/\.sql$/, '.ts'), text: renderModuleRevision(revision) }
}

type SectionTexts = Pick<RevisionToRender, 'upgrade' | 'downgrade'>

const EMPTY: SectionTexts = { upgrade: '', downgrade: '' }

const SECTIONS: Readonly<Partial<Record<NewRevision['kind'], SectionTexts>>> = {
  sql: {
    upgrade:
      '-- Runs in one transaction, unless a statement (CREATE INDEX CONCURRENTLY) may not.\n',
    downgrade: '-- Takes the upgrade back. Without this section the revision is irreversible.\n',
  },
}

function refuseUnusable({ id, message, branchLabels }: NewRevision): void {
  const problems = [
    ...(/[\p{L}\p{N}]/u.test(message) ? [] : [problem('--message', 'it says nothing')]),
    ...listProblems([id], idProblem).map((text) => problem('--rev-id', text)),
    ...listProblems(branchLabels, labelProblem).map((text) => problem('--branch-label', text)),
  ]
  if (problems.length === 0) return
  throw new GateError(
    'CONFIG_INVALID',
    problems.map(({ variable, message: text }) => `${variable}: ${text}`).join('\n'),
    { facts: { problems } },
  )
}

function problem(variable: string, message: string) {
  return { variable, message }
}

/** Whatever loading the folder would complain about afterwards is reported before. */
function refuseUnfit(graph: RevisionGraph, path: string, text: string): void {
  const parsed = parseSqlRevision(text, path)
  if (parsed.kind === 'faulty') {
    const [first, ...more] = parsed.faults
    if (first !== undefined) throw faultsError([first, ...more])
    return
  }
  const { faults } = linkRevisions([...graph.order, parsed.revision])
  if (faults !== undefined) throw unfit(faults[0])
}

function unfit({ code, message, remedy }: Fault): GateError {
  return new GateError(code, `the new revision does not fit the others: ${message}`, {
    facts: {},
    hint: `Nothing was written; ${remedy}.`,
  })
}

/** What is said of a new module besides what it does. */
type ModuleToRender = Omit<RevisionToRender, 'upgrade' | 'downgrade'>

/**
 * The text of a new TypeScript revision, its functions empty: plain declarations that Node.js runs
 * by stripping types, with a type of its own for `db`, so that it needs no import.
 * @see docs/revision-files.md
 */
function renderModuleRevision(revision: ModuleToRender): string {
  const { id, revises, message, created, branchLabels = [], dependsOn = [] } = revision
  const declared = [
    constant('revision', id),
    constant('revises', revises.length > 1 ? revises : (revises[0] ?? null)),
    ...(created === undefined ? [] : [constant('created', created)]),
    constant('message', message.replaceAll(/\s+/g, ' ').trim()),
    ...(branchLabels.length === 0 ? [] : [constant('branchLabels', branchLabels)]),
    ...(dependsOn.length === 0 ? [] : [constant('dependsOn', dependsOn)]),
    ...(revision.phase === undefined ? [] : [constant('phase', revision.phase)]),
  ]
  return `${declared.join('\n')}\n\n${BODY}`
}

/** JSON is JavaScript too; single quotes where that needs no escaping. */
function constant(name: string, value: string | readonly string[] | null): string {
  const literal = JSON.stringify(value)
  const plain = typeof value === 'string' && !/['\\]/.test(literal) && literal === `"${value}"`
  return `export const ${name} = ${plain ? `'${value}'` : literal}`
}

const BODY = `interface Db {
  query(text: string, values?: readonly unknown[]): Promise<{ rows: readonly unknown[] }>
}

/** Runs in one transaction: \`await db.query('update … where id = $1', [id])\`. */
export async function upgrade(_db: Db): Promise<void> {}

/** Takes the upgrade back. Without this export the revision is irreversible. */
export async function downgrade(_db: Db): Promise<void> {}
`
