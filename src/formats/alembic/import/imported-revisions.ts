import type { Revision } from '../../../revisions/file/revision.ts'
import { type ImportSource, importInvalid } from '../../import-invalid.ts'
import type { AlembicEntry, AlembicHistory } from './history.ts'
import type { AlembicStep } from './sql.ts'

/** One of Alembic's revisions, as its file is to say it. */
export interface ImportedRevision
  extends Pick<
    Revision,
    'id' | 'revises' | 'dependsOn' | 'branchLabels' | 'message' | 'created' | 'transaction'
  > {
  readonly upgrade: string
  /** `null` where no SQL for the downgrade was given. */
  readonly downgrade: string | null
  /** Where its upgrade stood, for what may be wrong with it. */
  readonly step: { readonly source: Pick<ImportSource, 'name'>; readonly line: number }
}

/**
 * Joins both directions, and what the history adds, to revisions, in the order of the upgrade. The
 * SQL alone has neither message nor date; labels are lost without the history, and of dependencies
 * only those are known whose version row an upgrade takes the place of.
 *
 * @throws {GateError} IMPORT_INVALID where the texts are not of one and the same project
 */
export function importedRevisions(
  steps: readonly AlembicStep[],
  history?: AlembicHistory,
): readonly ImportedRevision[] {
  const upgrades = byId(steps.filter(({ direction }) => direction === 'upgrade'))
  const downgrades = byId(steps.filter(({ direction }) => direction === 'downgrade'))
  for (const step of downgrades.values()) checkDowngrade(step, upgrades.get(step.id))
  const labels = ownLabels(history)
  return [...upgrades.values()].map((step) => {
    const back = downgrades.get(step.id)
    return Object.freeze({
      id: step.id,
      revises: step.revises,
      ...described(step, history, labels),
      transaction: step.autocommit || back?.autocommit ? 'off' : 'auto',
      upgrade: step.sql,
      downgrade: back?.sql ?? null,
      step,
    })
  })
}

/**
 * From several heads Alembic goes down one at a time, and through what they share each time: the
 * same step again is the same step.
 */
function byId(steps: readonly AlembicStep[]): ReadonlyMap<string, AlembicStep> {
  const found = new Map<string, AlembicStep>()
  for (const step of steps) {
    const earlier = found.get(step.id)
    if (earlier === undefined) found.set(step.id, step)
    else if (earlier.sql !== step.sql || !sameIds(earlier.revises, step.revises)) {
      throw importInvalid({
        source: step.source,
        line: step.line,
        found: `the ${step.direction} of ${step.id} is another one than in ${earlier.source.name}:${earlier.line}`,
        remedy: 'give the SQL of one state of the project',
      })
    }
  }
  return found
}

function checkDowngrade(step: AlembicStep, upgrade: AlembicStep | undefined): void {
  const { id, source, line, revises } = step
  if (upgrade !== undefined && sameIds(upgrade.revises, revises)) return
  const found =
    upgrade === undefined
      ? `the downgrade of ${id} has no upgrade`
      : `${id} goes down to ${words(revises)} and up from ${words(upgrade.revises)}`
  throw importInvalid({ source, line, found, remedy: 'give both directions of the same revisions' })
}

function described(
  step: AlembicStep,
  history: AlembicHistory | undefined,
  labels: ReadonlyMap<string, string>,
): Pick<ImportedRevision, 'message' | 'created' | 'dependsOn' | 'branchLabels'> {
  if (history === undefined) {
    const dependsOn = step.replaced.filter((id) => !step.revises.includes(id))
    return { message: '', branchLabels: [], dependsOn }
  }
  const entry = entryOf(step, history)
  const { message, created } = entry
  return {
    message,
    ...(created === undefined ? {} : { created }),
    branchLabels: [...labels].flatMap(([label, id]) => (id === step.id ? [label] : [])),
    dependsOn: entry.dependsOn.map((name) => resolveDependency(name, { history, labels, entry })),
  }
}

function entryOf(
  { id, source, line, revises }: AlembicStep,
  history: AlembicHistory,
): AlembicEntry {
  const entry = history.entries.get(id)
  if (entry !== undefined && sameIds(entry.revises, revises)) return entry
  const found =
    entry === undefined
      ? `revision ${id} is not in ${history.source.name}`
      : `${id} revises ${words(revises)}; in ${history.source.name}:${entry.line} it is ${words(entry.revises)}`
  const remedy = 'write both again, from the same project'
  throw importInvalid({ source, line, found, remedy })
}

function sameIds(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((id) => others.includes(id))
}

function words(ids: readonly string[]): string {
  return ids.length === 0 ? 'the base' : ids.join(', ')
}

/**
 * The revision that each branch label belongs to. A history shows a label all along its branch, from
 * where the branch begins: there it is put, which gives every revision the labels that it had.
 * @see branchLabels in ../revisions/labels.ts, the way from here to there
 */
export function ownLabels(history: AlembicHistory | undefined): ReadonlyMap<string, string> {
  const own = new Map<string, string>()
  if (history === undefined) return own
  for (const [id, { labels, revises }] of history.entries) {
    for (const label of labels) {
      const inherited = revises.some((parent) => has(history, parent, label))
      if (!inherited) own.set(label, id)
    }
  }
  return own
}

function has({ entries }: AlembicHistory, id: string, label: string): boolean {
  return entries.get(id)?.labels.includes(label) === true
}

/**
 * The id that an `Also depends on:` means, which may name a branch instead.
 * @throws {GateError} IMPORT_INVALID where the history has neither
 */
export function resolveDependency(
  name: string,
  known: {
    readonly history: AlembicHistory
    readonly labels: ReadonlyMap<string, string>
    readonly entry: AlembicEntry
  },
): string {
  const { history, labels, entry } = known
  const id = history.entries.has(name) ? name : labels.get(name)
  if (id !== undefined) return id
  throw importInvalid({
    source: history.source,
    line: entry.line,
    found: `\`Also depends on: ${name}\` names no revision and no branch of this history`,
    remedy: 'give the whole of `alembic history --verbose`',
  })
}
