import { nearest } from '../suggest.ts'
import type { FaultInFile } from './faults.ts'
import type { SqlBody } from './revision.ts'

export interface Sections {
  /** How many lines stand above the first section: the header's. */
  readonly headerLines: number
  readonly upgrade: SqlBody | null
  readonly downgrade: SqlBody | null
  readonly faults: readonly FaultInFile[]
}

const DIRECTIONS = ['upgrade', 'downgrade'] as const
type Direction = (typeof DIRECTIONS)[number]

interface Marker {
  /** 0-based. */
  readonly index: number
  readonly name: string
}

/**
 * Cuts a file into header and sections. A section begins after a line `-- pgate: upgrade` or
 * `-- pgate: downgrade` (spaces and case do not matter) and ends before the next such line: lines
 * decide, not SQL, so that a marker inside a string or a function's body is a marker all the same.
 */
export function cutSections(lines: readonly string[]): Sections {
  const markers = lines.flatMap((line, index) => markerOn(line, index))
  const first = markers[0]?.index ?? lines.length
  const bodyOf = (direction: Direction) => {
    const at = markers.findIndex(({ name }) => name === direction)
    const marker = markers[at]
    return marker === undefined ? null : cutBody(lines, marker, markers[at + 1])
  }
  return {
    headerLines: first,
    upgrade: bodyOf('upgrade'),
    downgrade: bodyOf('downgrade'),
    faults: [...markers.flatMap(unknownMarker), ...DIRECTIONS.flatMap((d) => twice(d, markers))],
  }
}

function markerOn(line: string, index: number): readonly Marker[] {
  // `s`: a line separator of Unicode's at the end must not turn a downgrade into upgrade.
  const [, name] = /^\s*--\s*pgate\s*:(.*)$/is.exec(line) ?? []
  return name === undefined ? [] : [{ index, name: name.trim().toLowerCase() }]
}

function cutBody(lines: readonly string[], marker: Marker, next: Marker | undefined): SqlBody {
  const text = lines.slice(marker.index + 1, next?.index).join('\n')
  return Object.freeze({ kind: 'sql', text, line: marker.index + 2 })
}

function unknownMarker({ index, name }: Marker): readonly FaultInFile[] {
  if (DIRECTIONS.some((direction) => direction === name)) return []
  const short = name === 'up' ? 'upgrade' : name === 'down' ? 'downgrade' : undefined
  const meant = short ?? nearest(name, DIRECTIONS)
  const remedy =
    meant === undefined
      ? 'write `-- pgate: upgrade` or `-- pgate: downgrade`'
      : `write \`-- pgate: ${meant}\``
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
