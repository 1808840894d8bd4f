const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/

/**
 * Milliseconds behind `500ms`, `30s`, `5m`, `1h` or a bare number of seconds; a fraction (`1.5s`)
 * is taken and rounded to a whole millisecond. Undefined for anything else, so for signs and
 * other units too.
 *
 * @example parseDuration('1.5s') // 1500
 */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text)
  if (match === null) return undefined
  const unit = match[2] === undefined ? 's' : parseUnit(match[2])
  return Math.round(Number(match[1]) * UNITS_MS[unit])
}

function parseUnit(text: string): keyof typeof UNITS_MS {
  return text as keyof typeof UNITS_MS
}

/**
 * A duration as people read it, at most two units and no trailing nought: `350ms`, `1.2s`,
 * `2m 05s`, `1h 30m`, `5m`. Takes milliseconds; below nought counts as nought.
 *
 * @example formatDuration(125_000) // 2m 05s
 */
export function formatDuration(ms: number): string {
  const wholeMs = Math.round(Math.max(0, ms))
  if (wholeMs < 1_000) return `${wholeMs}ms`
  const tenths = Math.round(wholeMs / 100)
  if (tenths < 600) return `${tenths / 10}s`
  const seconds = Math.round(wholeMs / 1_000)
  if (seconds < 3_600) return twoUnits(seconds, 'm', 's')
  return twoUnits(Math.round(seconds / 60), 'h', 'm')
}

function twoUnits(small: number, largeUnit: string, smallUnit: string): string {
  const large = `${Math.floor(small / 60)}${largeUnit}`
  const rest = small % 60
  return rest === 0 ? large : `${large} ${String(rest).padStart(2, '0')}${smallUnit}`
}
