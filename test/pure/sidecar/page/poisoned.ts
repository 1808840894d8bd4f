import type { Status } from '../../../../src/sidecar/status/status.ts'

/** Puts `attack` behind every text that a database, a file or a host may have written. */
export function poisoned(status: Status, attack: string): Status {
  const own = new Set(['verdict', 'state', 'action', 'outcome', 'at', 'startedAt', 'mode'])
  const text = JSON.stringify(status, (key, value) =>
    typeof value === 'string' && !own.has(key) && !/^\d{4}-\d\d-\d\dT/.test(value)
      ? `${value}${attack}`
      : value,
  )
  return parseStatus(JSON.parse(text))
}

function parseStatus(document: unknown): Status {
  return document as Status
}
