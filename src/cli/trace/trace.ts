import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import {
  ExportResultCode,
  parseKeyPairsIntoRecord,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Log, RunFields } from '../../base/log.ts'
import { messageOf } from '../../errors/error.ts'
import type { Host } from '../command.ts'
import type { Verdict } from '../output/verdict.ts'
import { createScope, type Scope } from './scope.ts'

/** The trace of one run. */
export interface Trace extends Pick<Scope, 'follow' | 'steps'> {
  /** Of every log line of the run. */
  readonly traceId: string
  /** For programs that are started, as the W3C's trace context has it. */
  readonly traceparent: string
  /** Ends the trace and sends what is left of it. Never rejects, and takes no longer than two seconds. */
  end(verdict: Verdict, log: Log): Promise<void>
}

/** What a collector that is down, slow or silent may cost a run; in milliseconds. */
const PATIENCE_MS = 2_000
/** A sidecar lasts: what has ended does not wait for its end. */
const SEND_EVERY_MS = 1_000

/**
 * Begins the trace of a run, sent by OTLP over HTTP to where OpenTelemetry's own variables say.
 * @see docs/decisions/0105-logs-and-traces.md
 */
export function startTrace({ env, interrupt }: Host, fields: RunFields, command: string): Trace {
  let problem: string | undefined
  const noted = (said: unknown) => {
    problem ??= messageOf(said)
  }
  const exporter = exporterTo(env, noted)
  const provider = new TracerProvider({
    resource: resourceOf(env, fields),
    sampler: samplerOf(env),
    spanProcessors: exporter.map(
      (one) =>
        new BatchSpanProcessor({
          exporter: one,
          scheduledDelayMillis: SEND_EVERY_MS,
          exportTimeoutMillis: PATIENCE_MS,
        }),
    ),
  })
  const carrier = { traceparent: env.TRACEPARENT, tracestate: env.TRACESTATE }
  const parent = new W3CTraceContextPropagator().extract(
    ROOT_CONTEXT,
    carrier,
    defaultTextMapGetter,
  )
  const tracer = provider.getTracer('pgate', fields.version)
  const attributes = { 'pgate.command': command, 'pgate.run': fields.run }
  const root = tracer.startSpan(`pgate ${command}`, { kind: SpanKind.INTERNAL, attributes }, parent)
  const scope = createScope(tracer, root, trace.setSpan(parent, root))
  const { traceId, spanId, traceFlags } = root.spanContext()
  return {
    traceId,
    traceparent: `00-${traceId}-${spanId}-0${traceFlags & 1}`,
    follow: scope.follow,
    steps: scope.steps,
    end: async (verdict, log) => {
      scope.end(verdict)
      const sent = provider.shutdown().catch(noted)
      if (!(await within(PATIENCE_MS, sent, interrupt))) noted('it did not answer in time')
      if (problem === undefined) return
      const message = `The trace of this run could not be sent: ${problem}`
      log.warn('trace.unsent', message, { problem })
    },
  }
}

/** @returns whether it was done before the time was up, or a signal came */
async function within(ms: number, done: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  const over = new AbortController()
  const late = new Promise<false>((resolve) => {
    const timer = setTimeout(resolve, ms, false)
    over.signal.addEventListener('abort', () => clearTimeout(timer))
    // One that has come before is the end of the run that is sent.
    signal.addEventListener('abort', () => resolve(false), { once: true, signal: over.signal })
  })
  const isDone = await Promise.race([done.then(() => true), late])
  over.abort()
  return isDone
}

type Environment = Host['env']

/** Remembers what went wrong: OpenTelemetry itself says nothing of it. None where there is no address. */
function exporterTo(env: Environment, noted: (problem: unknown) => void): readonly SpanExporter[] {
  const { name, url } = endpointOf(env)
  // OpenTelemetry's own error quotes the address, which may hold a password.
  if (!URL.canParse(url) || !/^https?:/i.test(url)) {
    noted(`${name} is not a URL that begins with http:// or https://`)
    return []
  }
  const exporter = new OTLPTraceExporter({
    url,
    headers: {
      ...parseKeyPairsIntoRecord(env.OTEL_EXPORTER_OTLP_HEADERS),
      ...parseKeyPairsIntoRecord(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS),
    },
    timeoutMillis: PATIENCE_MS,
  })
  return [
    {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          if (result.code !== ExportResultCode.SUCCESS) noted(result.error ?? 'it was refused')
          done(result)
        }),
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
    },
  ]
}

function endpointOf(env: Environment): { readonly name: string; readonly url: string } {
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim()
  if (own) return { name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', url: own }
  const all = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim() ?? ''
  return { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', url: `${all.replace(/\/$/, '')}/v1/traces` }
}

function resourceOf(env: Environment, { service, version }: RunFields) {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.name': service,
      'service.version': version,
      ...parseKeyPairsIntoRecord(env.OTEL_RESOURCE_ATTRIBUTES),
      ...(env.OTEL_SERVICE_NAME && { 'service.name': env.OTEL_SERVICE_NAME }),
    }),
  )
}

function samplerOf(env: Environment): Sampler {
  const name = env.OTEL_TRACES_SAMPLER || 'parentbased_always_on'
  const root = rootSampler(name, env.OTEL_TRACES_SAMPLER_ARG)
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
}

function rootSampler(name: string, share: string | undefined): Sampler {
  if (name.endsWith('always_off')) return new AlwaysOffSampler()
  if (!name.endsWith('traceidratio')) return new AlwaysOnSampler()
  const ratio = Number(share || 1)
  return new TraceIdRatioBasedSampler(Number.isFinite(ratio) ? ratio : 1)
}
