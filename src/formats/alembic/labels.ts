import type { AlembicHistory, HistoryEntry } from './history.ts'
import { importInvalid } from './invalid.ts'

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
    readonly entry: HistoryEntry
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
