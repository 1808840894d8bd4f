/**
 * Every event of the log but the verdicts', with the fields that it may have on top of those of every line: docs/logs.md is made of
 * this table. What is not in it cannot be logged.
 */
export interface Events {
  /** The server's state has changed: booting, refused, not reachable. */
  'wait.state': 'host' | 'state' | 'ping' | 'reason' | 'inTheWay' | 'attempts' | 'elapsedMs'
  /** What keeps the wait from going on. */
  'wait.blocked': never
  /** The server is usable. */
  'wait.ready': 'durationMs' | 'attempts' | 'encrypted'
  /** The server warned while a session was opened. */
  'server.warning': 'sqlstate'
  /** Something about the connection is not as it should be, or good to know. */
  'connection.note': never
  /** A step begins (debug). */
  'step.started': 'step'
  /** A step has ended. */
  'step.done': 'step' | 'durationMs'
  /** A step has failed; the verdict says why. */
  'step.failed': 'step' | 'durationMs'
  /** An extension was created. */
  'extension.created': 'extension' | 'durationMs'
  /** An extension was updated. */
  'extension.updated': 'extension' | 'durationMs'
  /** An extension was moved to its schema. */
  'extension.moved': 'extension' | 'durationMs'
  /** An optional extension was not set up. */
  'extension.skipped': 'extension' | 'reason' | 'sqlstate'
  /** An extension is not as it was declared. */
  'extension.note': never
  /** Another gate holds the lock. */
  'lock.wait': 'elapsedMs' | 'holder' | 'table'
  /** A revision released the gate's lock, and it was taken again. */
  'lock.retaken': 'revision'
  /** The wait of another tool for its own lock was ended. */
  'lock.cancelled': 'pid'
  /** The lock of another tool could not be released (debug). */
  'lock.lost': 'reason'
  /** The gate's lock could not be released in the usual way. */
  'lock.release': 'reason'
  /** A heartbeat of the lease failed and is tried again (debug). */
  'lease.renew': 'reason'
  /** A file was edited after it had been applied. */
  'history.edited': 'revision'
  /** A file was added below what is applied. */
  'history.late': 'revision'
  /** Row security is on for a table of pgate's. */
  'history.row_security': 'table'
  /** There are version rows and no journal. */
  'journal.missing': 'versions' | 'journal'
  /** Other roles may write into the journal. */
  'journal.writers': 'journal' | 'writers'
  /** The end of a run could not be written to the journal. */
  'journal.lost': 'reason'
  /** The database is at a revision that the files lack. */
  'current.unknown': 'unknown'
  /** The database is ahead of the files. */
  'migrate.ahead': 'versions'
  /** A finding of lint in what is pending. */
  'lint.finding': 'rule' | 'severity' | 'file' | 'line' | 'revision'
  /** Where the database was before the run. */
  'restore.point': 'restorePoint' | 'before'
  /** What the restore point lacks (debug). */
  'restore.missing': never
  /** PGATE_BACKUP_COMMAND is started. */
  'backup.started': 'backup'
  /** A line that PGATE_BACKUP_COMMAND printed. */
  'backup.output': 'backup'
  /** Something that it had started was ended. */
  'backup.left': 'backup'
  /** PGATE_BACKUP_COMMAND has made the backup. */
  'backup.done': 'backup' | 'durationMs'
  /** The migrator behind -- is started. */
  'migrator.started': 'migrator'
  /** A line that it printed. */
  'migrator.output': 'migrator'
  /** Something that it had started was ended. */
  'migrator.left': 'migrator'
  /** It is started each time: nothing says what it reads. */
  'migrator.inputs': 'migrator'
  /** Its files could not be read, so its history was not compared. */
  'migrator.unread': 'code'
  /** Its history table was not found. */
  'migrator.unseen': 'table'
  /** A revision begins. */
  'revision.running': 'revision' | 'file' | 'action' | 'mode'
  /** A revision was run. */
  'revision.applied': 'revision' | 'action' | 'durationMs'
  /** A revision continues what an earlier run began. */
  'revision.resume': 'revision' | 'statement'
  /** A revision met a lock and is tried again. */
  'revision.retry': 'tries' | 'sqlstate' | 'pauseMs'
  /** A revision file was written. */
  'revision.created': never
  /** A statement has run for a while: who is in its way, how far it is. */
  'statement.watch': 'elapsedMs' | 'blockers' | 'waitEvent' | 'progress'
  /** A statement, or a revision's function, took over a second. */
  'statement.slow': 'statement' | 'durationMs'
  /** A line that a revision's module, or the built-in PostgreSQL, printed. */
  'module.output': never
  /** What a revision's module threw (debug). */
  'module.failed': 'stack'
  /** A batched statement goes on behind what is done. */
  'batch.resume': 'keys' | 'rows' | 'batches' | 'percent'
  /** How far a batched statement is. */
  'batch.progress': 'keys' | 'rows' | 'batches' | 'percent' | 'rowsPerSecond' | 'leftMs'
  /** A batch met statement_timeout, and a smaller one is tried. */
  'batch.halved': 'rows' | 'to'
  /** A batched statement was edited in the middle of its batches. */
  'batch.edited': 'file' | 'line' | 'batches' | 'rows'
  /** A batched statement is done. */
  'batch.done': 'durationMs' | 'keys' | 'rows' | 'batches'
  /** A session that was in the way was ended. */
  'blocker.ended': 'pid' | 'user' | 'application'
  /** A session is in the way, and is not ended. */
  'blocker.kept': 'pid' | 'inTheWayMs' | 'reason'
  /** Who is in the way cannot be seen by this role. */
  'blocker.unseen': 'blockers'
  /** A statement is no longer watched (debug). */
  'watch.lost': 'reason'
  /** The outcome of a COMMIT is not known yet (debug). */
  'outcome.look': 'reason'
  /** Who owns an object could not be read (debug). */
  'owners.unread': 'reason'
  /** An index that a stopped REINDEX left was dropped. */
  'index.leftover': 'index'
  /** An invalid index is built again. */
  'index.rebuild': 'index'
  /** An index was repaired. */
  'index.repaired': 'index' | 'action'
  /** A definition could not be parsed a second time (debug). */
  'manifest.once': 'field' | 'sqlstate' | 'reason'
  /** An object that the manifest does not have. */
  'verify.extra': never
  /** This role may not keep the proof (debug). */
  'verify.unkept': 'sqlstate'
  /** The built-in PostgreSQL refused a connection. */
  'embedded.refused': never
  /** A throwaway database could not be dropped. */
  'shadow.left': 'database' | 'reason'
  /** Why a folder cannot be read is not known (debug). */
  'folder.unexplained': 'code'
  /** What would lose data stands in the file as a comment. */
  'autogenerate.left': never
  /** There is nothing to write. */
  'autogenerate.nothing': never
  /** Something may have been renamed. */
  'autogenerate.question': 'answer'
  /** An object is not written. */
  'autogenerate.unwritten': 'object'
  /** Two schemas are on servers of different majors. */
  'diff.servers': 'from' | 'to'
  /** There is no target. */
  'fleet.empty': never
  /** How far a fleet is. */
  'fleet.progress': 'targets' | 'ended' | 'failed' | 'elapsedMs'
  /** A target has failed. */
  'fleet.target': 'target' | 'code' | 'exitCode' | 'retriable' | 'hint'
  /** A target has had its turn (debug). */
  'target.done': 'durationMs' | 'code'
  /** A target's turn has failed (debug). */
  'target.failed': 'durationMs' | 'code'
  /** Where the sidecar answers. */
  'sidecar.listening': 'url'
  /** The gate is open, and the sidecar goes on looking. */
  'sidecar.open': never
  /** The gate has opened. */
  'sidecar.opened': 'verdict' | 'exitCode'
  /** The gate has shut: what it found since. */
  'sidecar.shut': 'verdict' | 'exitCode'
  /** What keeps the gate shut has changed. */
  'sidecar.changed': 'verdict' | 'exitCode'
  /** The server does not answer any more. */
  'sidecar.lost': 'verdict' | 'exitCode'
  /** The server answers again. */
  'sidecar.back': 'verdict' | 'exitCode'
  /** Another server answers. */
  'sidecar.failover': 'verdict' | 'exitCode'
  /** The database is ahead of the files. */
  'sidecar.ahead': 'verdict' | 'exitCode'
  /** The gate is shut, and is tried again. */
  'sidecar.retry': 'code' | 'exitCode' | 'tries'
  /** The database could not be asked. */
  'sidecar.unanswered': never
  /** A target's state has changed. */
  'sidecar.target': 'target' | 'exitCode'
  /** PGATE_NOTIFY_URL could not be notified. */
  'sidecar.unnotified': 'problem'
  /** An answer could not be made. */
  'sidecar.bug': never
  /** A signal ends the run. */
  interrupt: 'signal' | 'step'
  /** The trace of the run could not be sent. */
  'trace.unsent': 'problem'
  /** A warning of Node.js itself. */
  'node.warning': 'warning'
  /** The text of --help or --version. */
  'pgate.help': never
}

/** `gate.open`, `gate.shut`, and of other commands `<command>.done` and `<command>.failed`. */
type VerdictEvent = `${string}.${'open' | 'shut' | 'done' | 'failed'}`

/** What a line of the log reports. */
export type EventName = keyof Events | VerdictEvent
