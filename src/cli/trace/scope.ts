import { type Context, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import type { Log, LogFields } from '../../base/log.ts'
import type { StepListener } from '../../base/steps.ts'
import type { Verdict } from '../output/verdict.ts'

/** Makes spans of the events that a run logs. */
export interface Scope {
  /** A log whose events are spans, too. */
  follow(log: Log): Log
  /** The same of steps that are not logged. */
  steps(listener: StepListener): StepListener
  end(verdict: Verdict): void
}

/** What is under way in a run, or at one target of a fleet, the innermost last. */
type Open = { readonly name: string; readonly span: Span; readonly context: Context }[]

/** Which event begins a span, and which ends it. */
const BEGINS: ReadonlySet<string> = new Set(['step.started', 'revision.running'])
const ENDS: Readonly<Record<string, 'step' | 'revision' | 'target'>> = {
  'step.done': 'step',
  'step.failed': 'step',
  'revision.applied': 'revision',
  'target.done': 'target',
  'target.failed': 'target',
}
/** After it a sidecar only looks again and again. */
const OPENED = 'sidecar.open'

/**
 * Events are all that is known of a run: a step or revision is a span from its first event to its last, and any
 * other that says how long it took is one that has ended. No text of a message, which may quote SQL, goes along.
 */
export function createScope(tracer: Tracer, root: Span, context: Context): Scope {
  const all: Open = []
  const spans = spansWithin(tracer, context)
  let isOver = false
  const heard = (open: Open, event: string, fields: LogFields) => {
    if (isOver) return
    const ended = ENDS[event]
    if (BEGINS.has(event)) spans.begin(open, event.split('.')[0] ?? event, fields)
    else if (ended !== undefined) spans.end(open, ended, fields, event.endsWith('.failed'))
    else if (typeof fields.durationMs === 'number')
      spans.past(open, event, fields.durationMs, fields)
    if (event === OPENED) endRoot()
  }
  const endRoot = () => {
    isOver = true
    root.end()
  }
  const follow = (log: Log, open: Open): Log => {
    const write =
      (level: 'debug' | 'info' | 'warn' | 'error'): Log['info'] =>
      (event, message, fields) => {
        heard(open, event, fields ?? {})
        log[level](event, message, fields)
      }
    const child = (fields: LogFields) => {
      const own: Open = fields.target === undefined ? open : []
      if (own !== open && !isOver) spans.begin(own, 'target', fields)
      return follow(log.child(fields), own)
    }
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child,
    }
  }
  const end = ({ code, exitCode, command, verdict }: Verdict) => {
    if (isOver) return
    for (const { span } of all.toReversed()) span.setStatus(FAILED).end()
    root.setAttributes({ 'pgate.exitCode': exitCode, 'pgate.verdict': `${command}.${verdict}` })
    if (code !== undefined) {
      root.setAttribute('error.type', code).setStatus({ ...FAILED, message: code })
    }
    endRoot()
  }
  const steps = (listener: StepListener): StepListener => ({
    started: (step) => {
      heard(all, 'step.started', { step })
      listener.started(step)
    },
    ended: (record) => {
      heard(all, `step.${record.state}`, { step: record.name, durationMs: record.durationMs })
      listener.ended(record)
    },
  })
  return { follow: (log) => follow(log, all), steps, end }
}

const FAILED = { code: SpanStatusCode.ERROR }

function spansWithin(tracer: Tracer, outermost: Context) {
  const contextOf = (open: Open) => open.at(-1)?.context ?? outermost
  /** Of what goes through a pipeline the time is known a moment after its revision has ended. */
  const lately = new WeakMap<Open, { readonly context: Context; readonly at: number }>()
  return {
    begin: (open: Open, kind: string, fields: LogFields) => {
      const within = contextOf(open)
      const name = [kind, fields[kind]].filter(Boolean).join(' ')
      const span = tracer.startSpan(name, { attributes: attributesOf(fields) }, within)
      open.push({ name: kind, span, context: trace.setSpan(within, span) })
    },
    /** What is within it, and has no end of its own, failed. */
    end: (open: Open, kind: string, fields: LogFields, isFailed: boolean) => {
      const at = open.findLastIndex(({ name }) => name === kind)
      if (at === -1) return
      const [ended, ...within] = open.splice(at)
      for (const { span } of within.toReversed()) span.setStatus(FAILED).end()
      if (ended !== undefined) lately.set(open, { context: ended.context, at: Date.now() })
      if (isFailed) ended?.span.setStatus(FAILED)
      ended?.span.setAttributes(attributesOf(fields)).end()
    },
    past: (open: Open, name: string, durationMs: number, fields: LogFields) => {
      const startTime = Date.now() - durationMs
      const last = lately.get(open)
      const within = last && startTime < last.at ? last.context : contextOf(open)
      tracer.startSpan(name, { startTime, attributes: attributesOf(fields) }, within).end()
    },
  }
}

/** Numbers and short words; what a person or a server wrote is left to the log. */
function attributesOf(fields: LogFields): Record<string, string | number | boolean> {
  const known = Object.entries(fields).flatMap(([name, value]) => {
    const isPlain = typeof value === 'number' || typeof value === 'boolean' || NAMES.has(name)
    return isPlain && value !== undefined ? [[`pgate.${name}`, plain(value)] as const] : []
  })
  return Object.fromEntries(known)
}

const NAMES: ReadonlySet<string> = new Set([
  'action',
  'backup',
  'code',
  'extension',
  'file',
  'index',
  'migrator',
  'mode',
  'revision',
  'statement',
  'step',
  'target',
])

function plain(value: unknown): string | number | boolean {
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
}
