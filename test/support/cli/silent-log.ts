import type { Log } from '../../../src/base/log.ts'

/** A log that says nothing, for tests that do not look at logs. */
export const SILENT_LOG: Log = Object.freeze({
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => SILENT_LOG,
})
