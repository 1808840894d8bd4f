import env from 'env-var'
import { LOG_LEVELS } from '../base/log.ts'
import {
  AHEAD_MODES,
  BLOCKER_MODES,
  FOLDER_FORMATS,
  LINT_MODES,
  LINT_RULES,
  LOG_FORMATS,
  PHASES,
  TRUE_OR_FALSE,
  VERIFY_MODES,
} from './choices.ts'
import { commandWords } from './command-words.ts'
import type { Config, NotifyTarget } from './config.ts'
import type { VariableReader } from './reader.ts'
import { ON_OR_OFF } from './report-variables.ts'
import {
  asCount,
  asCountOrNone,
  asDuration,
  asDurationOrNone,
  asDurationOrZero,
  asExtensions,
  asHostNames,
  asIdentifier,
  asIndex,
  asListenAddress,
  asPaths,
  asPatterns,
  asRows,
  asSchema,
  asTable,
  eachOneOf,
  oneOf,
} from './values.ts'
import { findVariable, VARIABLES, type VariableName } from './variables.ts'

/** env-var's own accessors let too much through: its positive integer may be 0, and so may a port. */
const ACCESSORS = {
  asCommand: commandWords,
  asCount,
  asCountOrNone,
  asDuration,
  asDurationOrNone,
  asDurationOrZero,
  asExtensions,
  asIdentifier,
  asIndex,
  asHostNames,
  asPatterns,
  asListenAddress,
  asPaths,
  asRows,
  asSchema,
  asTable,
  asVerifyMode: oneOf(VERIFY_MODES),
  asLintMode: oneOf(LINT_MODES),
  asLintRules: eachOneOf(LINT_RULES),
  asAheadMode: oneOf(AHEAD_MODES),
  asPhase: oneOf(PHASES),
  asBlockerMode: oneOf(BLOCKER_MODES),
  asFolderFormat: oneOf(FOLDER_FORMATS),
  asLogLevel: oneOf(LOG_LEVELS),
  asLogFormat: oneOf(LOG_FORMATS),
  asOnOrOff: oneOf(ON_OR_OFF),
  asTrueOrFalse: oneOf(TRUE_OR_FALSE),
}

const variablesOf = (texts: Record<string, string>) => env.from(texts, ACCESSORS)

type Access = ReturnType<ReturnType<ReturnType<typeof variablesOf>['get']>['required']>

/** Everything but the connections; undefined where unset, or where a problem was reported. */
export type ConfigSettings = {
  readonly [K in Exclude<
    keyof Config,
    'connection' | 'adminConnection' | 'notify' | 'given' | 'environment' | 'programOfGate'
  >]: Config[K] | undefined
}

/** Reads every setting that is not a connection; what cannot be used is reported to the reader. */
export function readSettings(reader: VariableReader): ConfigSettings {
  const read = settingsFrom(reader)
  return {
    role: read('PGATE_ROLE', (value) => value.asIdentifier()),
    migrations: read('PGATE_MIGRATIONS', (value) => value.asString()),
    migrateCommand: read('PGATE_MIGRATE_COMMAND', (value) => value.asCommand()),
    migrateInputs: read('PGATE_MIGRATE_INPUTS', (value) => value.asPaths()) ?? [],
    migrateAlways: read('PGATE_MIGRATE_ALWAYS', (value) => value.asTrueOrFalse() === 'true'),
    backupCommand: read('PGATE_BACKUP_COMMAND', (value) => value.asCommand()),
    testSeed: read('PGATE_TEST_SEED', (value) => value.asString()),
    models: read('PGATE_MODELS', (value) => value.asString()),
    target: read('PGATE_TARGET', (value) => value.asString()),
    phase: read('PGATE_PHASE', (value) => value.asPhase()),
    contractAfterMs: contractAfter(
      reader,
      read('PGATE_CONTRACT_AFTER', (value) => value.asDurationOrNone()),
    ),
    schema: read('PGATE_SCHEMA', (value) => value.asSchema()),
    isSchemaSet: reader.source('PGATE_SCHEMA') !== undefined,
    journalSchema: read('PGATE_JOURNAL_SCHEMA', (value) => value.asSchema()),
    ...versionPlace(read('PGATE_VERSION_TABLE', (value) => value.asTable())),
    isVersionTableSet: reader.source('PGATE_VERSION_TABLE') !== undefined,
    format: read('PGATE_FORMAT', (value) => value.asFolderFormat()),
    extensions: read('PGATE_EXTENSIONS', (value) => value.asExtensions()),
    waitTimeoutMs: read('PGATE_WAIT_TIMEOUT', (value) => value.asDurationOrZero()),
    authGraceMs: read('PGATE_AUTH_GRACE', (value) => value.asDurationOrZero()),
    deadlineMs: read('PGATE_DEADLINE', (value) => value.asDurationOrNone()),
    stopGraceMs: read('PGATE_STOP_GRACE', (value) => value.asDurationOrZero()),
    lockTimeoutMs: read('PGATE_LOCK_TIMEOUT', (value) => value.asDurationOrZero()),
    ddlLockTimeoutMs: read('PGATE_DDL_LOCK_TIMEOUT', (value) => value.asDuration()),
    blockers: read('PGATE_BLOCKERS', (value) => value.asBlockerMode()),
    blockersAfterMs: read('PGATE_BLOCKERS_AFTER', (value) => value.asDuration()),
    statementTimeoutMs: read('PGATE_STATEMENT_TIMEOUT', (value) => value.asDurationOrNone()),
    batchRows: read('PGATE_BATCH_ROWS', (value) => value.asRows()),
    batchPauseMs: read('PGATE_BATCH_PAUSE', (value) => value.asDurationOrZero()),
    verify: read('PGATE_VERIFY', (value) => value.asVerifyMode()),
    unpromised: read('PGATE_UNPROMISED', (value) => value.asPatterns()) ?? [],
    lint: read('PGATE_LINT', (value) => value.asLintMode()),
    lintSkip: read('PGATE_LINT_SKIP', (value) => value.asLintRules()) ?? [],
    ahead: read('PGATE_AHEAD', (value) => value.asAheadMode()),
    logLevel: read('PGATE_LOG_LEVEL', (value) => value.asLogLevel()),
    logFormat: read('PGATE_LOG_FORMAT', (value) => value.asLogFormat()),
    logQueries: read('PGATE_LOG_QUERIES', (value) => value.asOnOrOff() === 'on'),
    listen: read('PGATE_LISTEN', (value) => value.asListenAddress()),
    listenNames: read('PGATE_LISTEN_NAMES', (value) => value.asHostNames()) ?? [],
    verifyIntervalMs: read('PGATE_VERIFY_INTERVAL', (value) => value.asDuration()),
    fleet: read('PGATE_FLEET', (value) => value.asString()),
    fleetConcurrency: read('PGATE_FLEET_CONCURRENCY', (value) => value.asCount()),
    fleetCanary: read('PGATE_FLEET_CANARY', (value) => value.asCountOrNone()),
    fleetStopAfter: read('PGATE_FLEET_STOP_AFTER', (value) => value.asCountOrNone()),
    fleetShards: read('PGATE_FLEET_SHARDS', (value) => value.asCountOrNone()),
    // Kubernetes sets it for every program of an Indexed Job.
    fleetShard:
      reader.source('PGATE_FLEET_SHARDS') &&
      read('JOB_COMPLETION_INDEX', (value) => value.asIndex()),
  }
}

/** Alone it would delay nothing, and the operator believes that it does. */
function contractAfter(reader: VariableReader, ms: number | undefined): number | undefined {
  if (ms !== undefined && reader.source('PGATE_PHASE') === undefined) {
    const label = reader.source('PGATE_CONTRACT_AFTER')?.label ?? 'PGATE_CONTRACT_AFTER'
    reader.report(
      label,
      'delays nothing without PGATE_PHASE: by default contract revisions are run at once; set PGATE_PHASE=expand, too',
    )
  }
  return ms
}

function versionPlace(table: ReturnType<typeof asTable> | undefined) {
  return { versionTable: table?.name, versionSchema: table?.schema }
}

function settingsFrom(reader: VariableReader) {
  const variables = variablesOf(settingTexts(reader))
  return <T>(name: VariableName, use: (value: Access) => T): T | undefined => {
    const { default: fallback } = findVariable(name)
    const variable = variables.get(name)
    try {
      return use(fallback === undefined ? variable.required(false) : variable.default(fallback))
    } catch (error) {
      if (!(error instanceof env.EnvVarError)) throw error
      // env-var puts its own name and the variable's first; the problem has a place for that.
      const message = error.message.replace(`env-var: "${name}" `, '')
      reader.report(reader.source(name)?.label ?? name, message)
      return undefined
    }
  }
}

const CONNECTION_GROUPS: ReadonlySet<string> = new Set(['url', 'parts', 'libpq'])

/** What was set: a variable with a kind of its own, so not a connection's URL or text. */
function settingTexts(reader: VariableReader): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const { name, kind, group } of VARIABLES) {
    const isSetting = !CONNECTION_GROUPS.has(group) && kind !== 'url'
    const source = isSetting ? reader.source(name) : undefined
    if (source !== undefined) texts[name] = source.text
  }
  return texts
}

/** PGATE_NOTIFY_URL, hidden from JSON and inspectors; what cannot be used is reported. */
export function readNotifyTarget(reader: VariableReader): NotifyTarget | undefined {
  const source = reader.source('PGATE_NOTIFY_URL')
  if (source === undefined) return undefined
  const url = source.text.trim()
  if (isWebUrl(url)) return hidden(url)
  reader.report(source.label, 'found a text, which is not shown; write an http or https URL')
  return undefined
}

/** One that `fetch` would take: it refuses a user and a password inside the URL. */
function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

function hidden(url: string): NotifyTarget {
  const target = { url }
  Object.defineProperty(target, 'url', { value: url, enumerable: false })
  return Object.freeze(target)
}
