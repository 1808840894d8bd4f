import { nearest } from '../../base/suggest.ts'
import { BATCH_LINE } from './batch-line.ts'
import type { FaultInFile } from './faults.ts'
import type { SqlBody } from './revision.ts'

export interface Sections {
  /** What stands above the first section; the whole text where there is none. */
  readonly header: string
  readonly upgrade: SqlBody | null
  readonly downgrade: SqlBody | null
  readonly faults: readonly FaultInFile[]
}

const DIRECTIONS = ['upgrade', 'downgrade'] as const
/** Lines that belong to the statement below them. */
const OF_STATEMENTS = ['allow', 'batch'] as const
type Direction = (typeof DIRECTIONS)[number]

interface Marker {
  /** 0-based line. */
  readonly index: number
  /** Where that line begins and ends, in the text. */
  readonly start: number
  readonly end: number
  readonly name: string
}

/**
 * Cuts a file into header and sections. A section begins after a line `-- pgate: upgrade` or
 * `-- pgate: downgrade` (spaces and case do not matter) and ends before the next such line: lines
 * decide, not SQL, so that a marker inside a string or a function's body is a marker all the same.
 * What is written for one statement (`-- pgate: allow …`, `-- pgate: batch …`) is part of the section that it stands in.
 */
export function cutSections(text: string): Sections {
  const markers = markersIn(text)
  const bodyOf = (direction: Direction) => {
    const at = markers.findIndex(({ name }) => name === direction)
    const marker = markers[at]
    return marker === undefined ? null : cutBody(text, marker, markers[at + 1])
  }
  return {
    header: text.slice(0, markers[0]?.start),
    upgrade: bodyOf('upgrade'),
    downgrade: bodyOf('downgrade'),
    faults: [...markers.flatMap(unknownMarker), ...DIRECTIONS.flatMap((d) => twice(d, markers))],
  }
}

/** Without cutting the text into its lines, of which there may be a million. */
function markersIn(text: string): readonly Marker[] {
  const markers: Marker[] = []
  let index = 0
  let counted = 0
  for (const match of text.matchAll(MARKER)) {
    for (let at = text.indexOf('\n', counted); at !== -1 && at < match.index; ) {
      index += 1
      counted = at + 1
      at = text.indexOf('\n', counted)
    }
    const [whole, name = ''] = match
    const end = match.index + whole.length
    markers.push({ index, start: match.index, end, name: name.trim().toLowerCase() })
  }
  return markers
}

/** A line ends at LF alone: a line separator of Unicode's must not turn a downgrade into upgrade. */
const MARKER = /(?<![^\n])[^\S\n]*--[^\S\n]*pgate[^\S\n]*:(?![^\S\n]*(?:allow|batch)\b)([^\n]*)/gi

function cutBody(text: string, { index, end }: Marker, next: Marker | undefined): SqlBody {
  // Neither the line feed behind the marker nor the one before the next belongs to it.
  const from = Math.min(end + 1, text.length)
  const to = next === undefined ? text.length : Math.max(from, next.start - 1)
  const own = text.slice(from, to)
  const batches = BATCH_LINE.test(own) ? { hasBatches: true as const } : {}
  return Object.freeze({ kind: 'sql', text: own, line: index + 2, ...batches })
}

function unknownMarker({ index, name }: Marker): readonly FaultInFile[] {
  if (DIRECTIONS.some((direction) => direction === name)) return []
  const [word = '', ...more] = name.split(/\s+/)
  const short = word === 'up' ? 'upgrade' : word === 'down' ? 'downgrade' : undefined
  const words = more.length === 0 ? DIRECTIONS : [...DIRECTIONS, ...OF_STATEMENTS]
  const meant = short ?? nearest(word, words)
  const remedy =
    meant === undefined
      ? 'write `-- pgate: upgrade` or `-- pgate: downgrade`'
      : `write \`-- pgate: ${OF_STATEMENTS.some((one) => one === meant) ? `${meant} …` : meant}\``
  const message = `\`-- pgate: ${name}\` opens no section that there is`
  return [{ code: 'REVISION_SECTION', line: index + 1, message, remedy }]
}

function twice(direction: Direction, markers: readonly Marker[]): readonly FaultInFile[] {
  const [first, second] = markers.filter(({ name }) => name === direction)
  if (first === undefined || second === undefined) return []
  return [
    {
      code: 'REVISION_SECTION',
      line: second.index + 1,
      message: `\`-- pgate: ${direction}\` stands twice, on lines ${first.index + 1} and ${second.index + 1}`,
      remedy: 'put both parts into one section',
    },
  ]
}
