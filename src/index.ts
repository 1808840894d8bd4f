/**
 * The library's door: the commands as functions. They touch nothing of the process: no signal, exit code,
 * variable, V8 flag, listener or stream.
 * @see docs/library.md
 */
export { GateError } from './errors/error.ts'
export { defineRevision } from './library/define-revision.ts'
export * from './library/functions.ts'
export type { Logger } from './library/logger.ts'
export type { RunOptions, RunResult } from './library/run.ts'
export type { RevisionDatabase, RevisionResult } from './revisions/file/revision.ts'
