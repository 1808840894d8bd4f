import type { CaseResult } from '../harness/case.ts'
import { type Cells, tableOf } from './table.ts'

/** The cases as tables of plain text. */
export function consoleTables(cases: readonly CaseResult[]): string {
  return cases
    .map((result) => `\n${result.id}: ${result.title}\n${aligned(tableOf(result))}`)
    .join('\n')
}

/** A long name widens its column no further than this; a reason for a failure runs on. */
const WIDEST = 44

function aligned(cells: Cells): string {
  const columns = cells[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.min(WIDEST, Math.max(...cells.map((line) => widthOf(line, column)))),
  )
  return cells
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function widthOf(line: readonly string[], column: number): number {
  const cell = line[column] ?? ''
  return cell.startsWith('failed: ') ? 0 : cell.length
}
