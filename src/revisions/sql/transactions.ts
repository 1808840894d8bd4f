import type { FaultInFile } from '../file/faults.ts'
import type { Statement } from '../file/revision.ts'
import type { TransactionControl } from './classify.ts'

/** A statement of a section, and what it does to the transaction that it stands in. */
export interface SectionStatement {
  readonly statement: Statement
  readonly control?: Exclude<TransactionControl, { readonly kind: 'refused' }> | undefined
}

/** A section as it is to be run. */
export interface Arrangement {
  /** SET TRANSACTION, to come before anything else where all is run in one transaction. */
  readonly begin: readonly Statement[]
  /** Those that BEGIN and COMMIT of the file hold together are one, of several parts. */
  readonly statements: readonly Statement[]
  /** The first BEGIN or COMMIT; absent where one transaction around all says the same. */
  readonly control?: Statement
}

/**
 * Takes BEGIN and COMMIT out of a section. Where one pair holds all of it, or there is none, it can be
 * run in one transaction of ours; else each pair is a group, what stands above a COMMIT without a BEGIN
 * is one, too, and all others stand alone. Pure.
 * @param keepsPairs a pair around all of it is a group, too: the header says that there is no
 *   transaction around it
 */
export function arrange(
  parts: readonly SectionStatement[],
  keepsPairs: boolean,
): { readonly script: Arrangement; readonly faults: readonly FaultInFile[] } {
  const faults: FaultInFile[] = []
  let units: (Statement | Group)[] = []
  let open: SectionStatement | undefined
  let gathered: SectionStatement[] = []
  for (const part of parts) {
    const kind = part.control?.kind
    if (kind === 'begin') {
      if (open !== undefined) faults.push(begunTwice(open, part))
      else units = [...units, ...gathered.map(({ statement }) => statement)]
    } else if (kind === 'commit') {
      if (open !== undefined || gathered.length > 0) units.push({ open, gathered })
      for (const one of gathered) faults.push(...refusedInside(one, part))
    } else {
      gathered.push(part)
      continue
    }
    open = kind === 'begin' ? (open ?? part) : undefined
    gathered = []
  }
  if (open !== undefined) faults.push(notClosed(open))
  units = [...units, ...gathered.map(({ statement }) => statement)]
  return { script: scriptOf(parts, units, keepsPairs), faults }
}

interface Group {
  readonly open: SectionStatement | undefined
  readonly gathered: readonly SectionStatement[]
}

function scriptOf(
  parts: readonly SectionStatement[],
  units: readonly (Statement | Group)[],
  keepsPairs: boolean,
): Arrangement {
  const [only, ...others] = units
  const isOneGroup = only !== undefined && 'gathered' in only && others.length === 0
  if (isOneGroup && !keepsPairs) return withoutSettings(only)
  const control = parts.find((part) => part.control !== undefined && part.control.kind !== 'set')
  if (control === undefined) return withoutSettings({ open: undefined, gathered: parts })
  const statements = units.flatMap((unit) => ('gathered' in unit ? asOne(unit) : [unit]))
  return { begin: [], statements, control: control.statement }
}

/** SET TRANSACTION must come first; before it may stand nothing but other settings. */
function withoutSettings({ open, gathered }: Group): Arrangement {
  const firstOther = gathered.findIndex(({ statement }) => statement.node !== 'VariableSetStmt')
  const leading = gathered.slice(0, firstOther === -1 ? gathered.length : firstOther)
  const set = leading.filter(({ control }) => control?.kind === 'set')
  return {
    begin: [...(open === undefined ? [] : modesOf(open)), ...set.map(({ statement }) => statement)],
    statements: gathered.filter((part) => !set.includes(part)).map(({ statement }) => statement),
  }
}

function modesOf({ statement, control }: SectionStatement): readonly Statement[] {
  const modes = control?.kind === 'begin' ? control.modes : []
  return modes.length === 0
    ? []
    : [{ ...statement, text: `set transaction ${modes.join(', ')}`, node: 'VariableSetStmt' }]
}

function asOne(group: Group): readonly Statement[] {
  const { begin, statements: parts } = withoutSettings(group)
  const [first] = parts
  if (first === undefined) return []
  const text = parts.map((part) => part.text).join(';\n')
  const { line, column } = first
  return [Object.freeze({ text, line, column, transactional: true, node: 'Group', begin, parts })]
}

function begunTwice(open: SectionStatement, { statement }: SectionStatement): FaultInFile {
  return unsupported(
    statement,
    `BEGIN within the transaction that line ${open.statement.line} begins`,
    'take one of the two out, or write COMMIT between them',
  )
}

function notClosed({ statement }: SectionStatement): FaultInFile {
  return unsupported(
    statement,
    'BEGIN without COMMIT',
    'write COMMIT where it ends, or take it out',
  )
}

function refusedInside(
  { statement }: SectionStatement,
  end: SectionStatement,
): readonly FaultInFile[] {
  if (statement.transactional) return []
  const words = (statement.text.split('\n', 1)[0] ?? '').slice(0, 60)
  return [
    unsupported(
      statement,
      `PostgreSQL refuses this inside the transaction that line ${end.statement.line} commits: ${words}`,
      'move it below that COMMIT, or above the BEGIN',
    ),
  ]
}

function unsupported({ line }: Statement, message: string, remedy: string): FaultInFile {
  return { code: 'REVISION_UNSUPPORTED', line, message, remedy }
}
