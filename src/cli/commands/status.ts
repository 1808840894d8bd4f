import { basename } from 'node:path'
import { formatDuration } from '../../base/duration.ts'
import { counted, oneLine } from '../../base/words.ts'
import type { Config } from '../../config/config.ts'
import { GateError } from '../../errors/error.ts'
import type { FailureCode } from '../../errors/failures.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import {
  type DatabaseStatus,
  type RevisionState,
  readStatus,
  type Waiting,
} from '../../gate/status.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import { targetLabel } from '../../postgres/connect/target.ts'
import { failedId, isFailedRow } from '../../revisions/graph/history-rules.ts'
import { describeBatches } from '../../store/batch-state.ts'
import type { LastRun } from '../../store/journal-queries.ts'
import {
  describeRestorePoint,
  type RestorePoint,
  recoverySettings,
} from '../../store/restore-point.ts'
import {
  type Command,
  type CommandContext,
  declareVerbose,
  type VerboseOptions,
} from '../command.ts'
import { stateColored } from '../output/state-colors.ts'

/** How many revisions of a state are shown; all of them with --verbose. */
const SHOWN = 10

/** Where a database is, and what a gate would do. */
export interface StatusReport extends Omit<DatabaseStatus, 'faults'> {
  /** Host, port and name, or `embedded`; no secret. */
  readonly database: string
  /** The version, as the server reports it. */
  readonly server: string
  /** Whose folder it is: `pgate`, or another tool's. */
  readonly format: string
  /** What keeps the database from being what the files promise, in the gate's order. */
  readonly faults: readonly Fault[]
  /** What a gate would do now, in a sentence. */
  readonly next: string
}

/** What a gate would end with, or have to do first. */
export interface Fault {
  readonly code: FailureCode
  readonly message: string
  readonly hint: string
}

/** One view of a database: read-only, and with exit code 0 whatever it shows. */
export const status: Command<VerboseOptions, StatusReport> = {
  examples: ['pgate status', 'pgate status --json'],
  takesMigrator: true,
  declare: declareVerbose,
  run: async (context, { verbose = false }) => {
    const { config } = context
    const files = await readRevisionFiles(config)
    const { server, found } = await withUsableServer(
      context,
      { needs: 'read' },
      async (session, resources) => ({
        server: session.server.text,
        found: await readStatus(context, resources, { session, files }),
      }),
    )
    const { faults, ...shown } = found
    const database = databaseOf(context)
    const next = wouldDo(found, config)
    const json = {
      database,
      server,
      format: config.format,
      ...shown,
      faults: faults.map(({ code, message, hint }) => ({ code, message, hint })),
      next,
    }
    const { stdout } = context.host
    const lines = [
      `${database}: PostgreSQL ${server}`,
      ...statusLines(found, {
        most: verbose ? Infinity : SHOWN,
        after: config.contractAfterMs,
        // 80 columns hold a run on a line of its own; next to its revision it can be searched for.
        beforeRun: stdout.isTerminal ? '\n           ' : ', ',
      }),
      next,
    ]
    return { json, lines: lines.map((line) => stateColored(line, stdout)) }
  },
}

function databaseOf({ embedded, config: { connection } }: CommandContext): string {
  return embedded !== undefined || connection === undefined ? 'embedded' : targetLabel(connection)
}

interface Layout {
  readonly most: number
  readonly after: number | undefined
  /** What stands between a revision and its run. */
  readonly beforeRun: string
}

function statusLines(
  { historyTable, revisions, unknown, waiting, restorePoint }: DatabaseStatus,
  layout: Layout,
): readonly string[] {
  const { most, after } = layout
  const applied = revisions.filter(({ state }) => state === 'applied')
  const others = revisions.filter(({ state }) => state !== 'applied')
  const hidden = Math.max(0, applied.length - most)
  return [
    `${historyTable}: ${applied.length} of ${counted(revisions.length, 'revision')} applied`,
    ...moreLine(hidden, 'older'),
    ...applied.slice(hidden).map((one) => `  applied  ${titleOf(one)}${runOf(one, layout)}`),
    ...others
      .slice(0, most)
      .map((one) => `  ${one.state}  ${titleOf(one)}${phaseOf(one)}${runOf(one, layout)}`),
    ...moreLine(others.length - most, 'later'),
    ...unknown.map((id) =>
      isFailedRow(id)
        ? `  failed   ${oneLine(failedId(id))}`
        : `  unknown  ${oneLine(id)} (no file holds it)`,
    ),
    ...(waiting === null ? [] : [waitingLine(waiting, after)]),
    ...(restorePoint === null ? [] : restoreLines(restorePoint, most)),
  ]
}

function moreLine(count: number, which: string): readonly string[] {
  return count > 0
    ? [`  (${counted(count, `${which} one`)}: \`pgate status --verbose\` shows all)`]
    : []
}

function phaseOf({ phase }: RevisionState): string {
  return phase === 'contract' ? ' (contract)' : ''
}

/** What waits, since when, and what would run it. */
function waitingLine({ revisions, since, forMs }: Waiting, after: number | undefined): string {
  const ago = forMs === null ? '' : ` (${formatDuration(forMs)})`
  const when = since === null ? ', since when the journal does not say' : ` since ${since}${ago}`
  const what = `${counted(revisions.length, 'contract revision')} ${revisions.length === 1 ? 'waits' : 'wait'}${when}`
  const gate =
    after === undefined
      ? ''
      : `, or a gate that starts ${formatDuration(after)} after that (PGATE_CONTRACT_AFTER)`
  return `${what}: \`pgate upgrade --phase contract\` runs ${revisions.length === 1 ? 'it' : 'them'}${gate}`
}

/** In full, with --verbose, the settings with which a server of one's own goes back there. */
function restoreLines(point: RestorePoint, most: number): readonly string[] {
  const line = `Newest restore point: ${describeRestorePoint(point)}`
  if (most === SHOWN) return [line]
  const settings = recoverySettings(point).map((setting) => `  ${setting}`)
  return [line, ...settings, '  Commands for each kind of server: docs/backup-and-restore.md']
}

function titleOf({ revision, message }: RevisionState): string {
  return oneLine(message === '' ? revision : `${revision} ${message}`)
}

function runOf({ state, run }: RevisionState, { most, beforeRun }: Layout): string {
  if (run === null) return state === 'applied' ? ', not by pgate' : ''
  const { action, outcome, durationMs, role, host, failure, runId } = run
  const startedAt = `${run.startedAt.slice(0, 19).replace('T', ' ')} UTC`
  const did = `${action}${outcome === 'done' ? '' : ` ${outcome}`}`
  const took = durationMs === null ? '' : ` in ${formatDuration(durationMs)}`
  const id = runId === null || most === SHOWN ? '' : `, run ${oneLine(runId)}`
  const because = failure === null ? '' : `\n    ${failure.code}: ${failure.message}`
  const far =
    run.batch === null
      ? standing(run)
      : `; statement ${run.batch.statement}: ${describeBatches(run.batch)}`
  return `${beforeRun}${did} ${startedAt}${took} by ${oneLine(role)} on ${oneLine(host)}${id}${far}${because}`
}

/** Of a run that stopped half-way: the next one goes on there. */
function standing({ outcome, statements, statementsDone }: LastRun): string {
  if (outcome === 'done' || !statementsDone) return ''
  return `; ${statementsDone} of ${counted(statements ?? 0, 'statement')} done, the next run goes on there`
}

/** What a gate would do now, in a sentence. */
function wouldDo({ faults, unknown, waiting }: DatabaseStatus, { programOfGate }: Config): string {
  const [first] = faults
  if (first === undefined && waiting?.isDue) {
    const due = counted(waiting.revisions.length, 'contract revision')
    return `A gate would apply ${due}, since PGATE_CONTRACT_AFTER is over, verify, and open.`
  }
  if (first === undefined && waiting) return 'A gate would open, and leave what waits.'
  if (first === undefined && unknown.length > 0)
    return 'A gate would open, and run nothing: the database is ahead of these files.'
  if (first === undefined) return 'A gate would open: there is nothing to do.'
  if (first.code !== 'HISTORY_PENDING' || first.facts.early !== undefined) return wouldShut(first)
  const pending = counted(Number(first.facts.count), 'revision')
  if (programOfGate !== undefined) {
    return `A gate would start ${basename(programOfGate[0] ?? '')} for ${pending}, verify, and open.`
  }
  if (first.cause instanceof GateError) return wouldShut(first.cause)
  return `A gate would apply ${pending}, verify, and open.`
}

/** How many lines of a failure are shown: `pgate check` shows all. */
const MOST_LINES = 8

function wouldShut({ exitCode, code, message, hint }: GateError): string {
  const lines = message.split('\n')
  const more = lines.length - MOST_LINES
  const rest = more > 0 ? ['  … `pgate check` shows all'] : []
  const shown = [...lines.slice(0, MOST_LINES), ...rest, `  Next: ${hint}`].join('\n')
  return `A gate would shut (exit ${exitCode}, ${code}): ${shown}`
}
