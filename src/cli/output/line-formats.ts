import { type LoggerOptions, pino } from 'pino'
import { LOG_FORMATS, type LogFormat } from '../../config/choices.ts'
import type { Host } from '../command.ts'

const { isoTime } = pino.stdTimeFunctions

/** The formats that are JSON, a line an event. */
export type LineFormat = 'json' | 'gcp' | 'ecs'

/** What makes pino write a format. */
type Spelling = Pick<LoggerOptions, 'messageKey' | 'timestamp' | 'formatters'> & {
  /** Fields of every line. */
  readonly base?: Readonly<Record<string, string>>
  /** What a field of pgate's is called there; absent: as it is. */
  readonly fieldName?: (name: string) => string
}

const SEVERITIES: Readonly<Record<string, string>> = { warn: 'WARNING' }

/** @see https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields */
const GCP_NAMES: ReadonlyMap<string, string> = new Map([
  ['trace_id', 'logging.googleapis.com/trace'],
])

/** @see https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html */
const ECS_NAMES: ReadonlyMap<string, string> = new Map([
  ['service', 'service.name'],
  ['version', 'service.version'],
  ['event', 'event.action'],
  ['code', 'error.code'],
  ['trace_id', 'trace.id'],
])

const gcpName = (name: string) => GCP_NAMES.get(name) ?? name
const ecsName = (name: string) =>
  ECS_NAMES.get(name) ?? (name.includes('.') ? name : `pgate.${name}`)

/** pino's own, Google Cloud's and Elastic's spelling of the same lines. */
export const LINE_FORMATS: Readonly<Record<LineFormat, Spelling>> = {
  json: {
    timestamp: isoTime,
    formatters: { level: (label) => ({ level: label }) },
  },
  gcp: {
    timestamp: isoTime,
    messageKey: 'message',
    formatters: {
      level: (label) => ({ severity: SEVERITIES[label] ?? label.toUpperCase() }),
      bindings: renamed(gcpName),
    },
  },
  ecs: {
    timestamp: () => isoTime().replace('"time"', '"@timestamp"'),
    messageKey: 'message',
    base: { 'ecs.version': '8.11.0' },
    fieldName: ecsName,
    formatters: {
      level: (label) => ({ 'log.level': label }),
      bindings: renamed(ecsName),
      log: renamed(ecsName),
    },
  },
}

function renamed(nameOf: (name: string) => string) {
  return (fields: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [nameOf(name), value]))
}

/**
 * The format of a call, known before its settings are read: what is wrong with them is said in it. Where no
 * format is given, or none that there is, lines are for people on a terminal, and else the log is JSON.
 */
export function formatGiven({
  args,
  env,
  stderr,
}: Pick<Host, 'args' | 'env' | 'stderr'>): LogFormat {
  const end = args.indexOf('--')
  const own = end === -1 ? args : args.slice(0, end)
  const at = own.findLastIndex((arg) => /^--log-format(?:=|$)/.test(arg))
  const [, typed = own[at + 1]] = own[at]?.split('=') ?? []
  const given = (at === -1 ? undefined : typed) || env.PGATE_LOG_FORMAT
  const format = LOG_FORMATS.find((word) => word === given?.trim()) ?? 'auto'
  return format === 'auto' && stderr.isTerminal ? 'pretty' : format
}

/** True for the formats in which every line of both streams is JSON. */
export function isLineFormat(format: string): format is LineFormat {
  return Object.hasOwn(LINE_FORMATS, format)
}
