import type { FaultInFile } from '../../revisions/file/faults.ts'
import type { SqlBody } from '../../revisions/file/revision.ts'
import { substitute, type Variables } from './substitute.ts'

/** A SQL file as goose's markers have it. */
export interface MarkedFile {
  readonly up: SqlBody
  /** `null` where there is no `-- +goose Down`. */
  readonly down: SqlBody | null
  /** NO TRANSACTION: of both ways. */
  readonly isWithoutTransaction: boolean
  /** The way up as it stands in the file, without values of variables. */
  readonly written: string
  readonly faults: readonly FaultInFile[]
}

const MARKERS = [
  'up',
  'down',
  'statementbegin',
  'statementend',
  'no transaction',
  'envsub on',
  'envsub off',
] as const
type Marker = (typeof MARKERS)[number]

/** Where the reading is, line by line. */
interface Place {
  section: 'start' | 'up' | 'down'
  /** The line of a StatementBegin that is open. */
  block?: number | undefined
  /** The line on which a statement begins that is not ended yet. */
  statement?: number | undefined
  /** Whether goose has kept a line of that statement, be it blank. */
  isKept: boolean
  substitutes: boolean
  isWithoutTransaction: boolean
}

interface Section {
  /** 1-based line that it begins on. */
  readonly line: number
  readonly lines: string[]
  readonly written: string[]
}

/**
 * Reads a file by goose's rules, as its own parser does: what that refuses is a fault here. Each section
 * stays one text, its lines those of the file with the markers blanked: where a statement ends PostgreSQL's
 * parser says, and not a `;` at the end of a line.
 */
export function readMarkers(text: string, variables: Variables): MarkedFile {
  const faults: FaultInFile[] = []
  const place: Place = {
    section: 'start',
    isKept: false,
    substitutes: false,
    isWithoutTransaction: false,
  }
  const sections: { up: Section; down?: Section } = { up: { line: 1, lines: [], written: [] } }
  for (const [index, line] of text.split('\n').entries()) {
    const at = index + 1
    const marker = markerIn(line)
    if (marker !== undefined) {
      const fault = typeof marker === 'string' ? enter(place, marker, at) : { ...marker, line: at }
      if (fault !== undefined) faults.push(fault)
      if (marker === 'up' || marker === 'down') {
        sections[marker] = { line: at + 1, lines: [], written: [] }
        continue
      }
    }
    const read = marker === undefined ? readLine(place, line, { at, variables }) : ''
    if (typeof read !== 'string') faults.push(read)
    const section = place.section === 'start' ? undefined : sections[place.section]
    section?.lines.push(typeof read === 'string' ? read : line)
    section?.written.push(line)
    if (faults.length > 0) break
  }
  if (faults.length === 0) faults.push(...faultsAtEnd(place))
  const { up, down } = sections
  return {
    up: bodyOf(up),
    down: down === undefined ? null : bodyOf(down),
    isWithoutTransaction: place.isWithoutTransaction,
    written: up.written.join('\n'),
    faults,
  }
}

function bodyOf({ lines, line }: Section): SqlBody {
  return Object.freeze({ kind: 'sql', text: lines.join('\n'), line })
}

/** A comment with the word in it is one, or is refused: goose takes none of them for prose. */
function markerIn(line: string): Marker | Omit<FaultInFile, 'line'> | undefined {
  if (!/^\s*--/.test(line) || !line.includes('+goose')) return undefined
  const words = line.replaceAll('--', '').replace('+goose', '').trim()
  const marker = MARKERS.find((one) => one === words.toLowerCase())
  if (marker !== undefined && !/^[ \t]/.test(line)) return marker
  return {
    code: 'REVISION_SECTION',
    message:
      marker === undefined
        ? `\`${line.trim().slice(0, 60)}\` is none of goose's markers`
        : `goose does not take \`-- +goose ${words}\` with white space before it`,
    remedy:
      marker === undefined
        ? 'write Up, Down, StatementBegin, StatementEnd, NO TRANSACTION, ENVSUB ON or ENVSUB OFF behind `-- +goose`, or take `+goose` out of the comment'
        : 'write it at the start of the line',
  }
}

function enter(place: Place, marker: Marker, at: number): FaultInFile | undefined {
  const wrong = (message: string, remedy: string): FaultInFile => {
    return { code: 'REVISION_SECTION', line: at, message, remedy }
  }
  switch (marker) {
    case 'up':
      if (place.section !== 'start') return wrong('a second `-- +goose Up`', 'take it out')
      place.section = 'up'
      return undefined
    case 'down':
      if (place.section !== 'up' || place.block !== undefined)
        return wrong(
          `\`-- +goose Down\` ${place.block === undefined ? 'that does not follow `-- +goose Up`' : 'between StatementBegin and StatementEnd'}`,
          'write one `-- +goose Up` and, below its statements, one `-- +goose Down`',
        )
      if (place.statement !== undefined) return notEnded(place.statement)
      Object.assign(place, { section: 'down', isKept: false })
      return undefined
    case 'statementbegin':
      if (place.section === 'start' || place.block !== undefined)
        return wrong(
          `\`-- +goose StatementBegin\` ${place.block === undefined ? 'above `-- +goose Up`' : `before that of line ${place.block} ended`}`,
          'write it below `-- +goose Up` or `-- +goose Down`, each with its own StatementEnd',
        )
      place.block = at
      return undefined
    case 'statementend':
      if (place.block === undefined)
        return wrong('`-- +goose StatementEnd` without StatementBegin', 'write that above it')
      Object.assign(place, { block: undefined, statement: undefined, isKept: false })
      return undefined
    case 'no transaction':
      place.isWithoutTransaction = true
      return undefined
    case 'envsub on':
    case 'envsub off':
      place.substitutes = marker === 'envsub on'
      return undefined
  }
}

/** A line of SQL, with the values of its variables. */
function readLine(
  place: Place,
  line: string,
  { at, variables }: { readonly at: number; readonly variables: Variables },
): string | FaultInFile {
  const isBlank = line.trim() === ''
  if (!place.isKept && (line === '' || /^\s*--/.test(line))) return line
  if (place.section === 'start') return isBlank ? line : above(at)
  const text = place.substitutes ? substitute(line, variables) : line
  if (text === undefined) return notSubstituted(at)
  place.isKept = true
  if (!isBlank) place.statement ??= at
  if (place.block === undefined && endsStatement(text)) {
    Object.assign(place, { statement: undefined, isKept: false })
  }
  return text
}

/** Whether the last word before a comment ends in a semicolon: all that goose looks at. */
function endsStatement(line: string): boolean {
  const words = line.split(/\s+/).filter((word) => word !== '')
  const comment = words.findIndex((word) => word.startsWith('--'))
  return words.at(comment === -1 ? -1 : comment - 1)?.endsWith(';') === true && comment !== 0
}

function faultsAtEnd({ section, block, statement }: Place): readonly FaultInFile[] {
  if (section === 'start') {
    const message = 'there is no `-- +goose Up`'
    return [{ code: 'REVISION_SECTION', line: 1, message, remedy: 'write it above the statements' }]
  }
  if (block !== undefined) {
    const message = '`-- +goose StatementBegin` without StatementEnd'
    const remedy = 'write `-- +goose StatementEnd` below the statement'
    return [{ code: 'REVISION_SECTION', line: block, message, remedy }]
  }
  return statement === undefined ? [] : [notEnded(statement)]
}

function above(line: number): FaultInFile {
  const message = 'SQL or a block comment above `-- +goose Up`, where goose allows `--` lines alone'
  return { code: 'REVISION_HEADER', line, message, remedy: 'move it below that line' }
}

function notEnded(line: number): FaultInFile {
  const message =
    'the statement that begins here has no `;` at the end of a line, and goose refuses the file'
  const remedy =
    'end its last line with `;`, or write `-- +goose StatementBegin` and `-- +goose StatementEnd` around it'
  return { code: 'REVISION_SECTION', line, message, remedy }
}

function notSubstituted(line: number): FaultInFile {
  const message = 'a `$` below `-- +goose ENVSUB ON` that is not a variable as pgate reads them'
  const remedy =
    'write `$NAME`, the same in braces with `:-value` or `-value` behind it, `$$` for a dollar sign, or `-- +goose ENVSUB OFF` above it'
  return { code: 'REVISION_UNSUPPORTED', line, message, remedy }
}
