import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A span as OTLP has it in JSON, as far as tests look at it. */
export interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: object }[]
  readonly status: { readonly code: number; readonly message?: string }
}

export interface Collector {
  readonly url: string
  /** What was sent, as it was. */
  readonly bodies: readonly string[]
  readonly headers: readonly IncomingHttpHeaders[]
  readonly paths: readonly string[]
  spans(): readonly SentSpan[]
}

/** Lends a collector of OpenTelemetry's that answers as it is asked to. */
export async function withCollector(
  answer: (response: ServerResponse) => void,
  use: (collector: Collector) => Promise<void>,
): Promise<void> {
  const bodies: string[] = []
  const headers: IncomingHttpHeaders[] = []
  const paths: string[] = []
  const server = createServer(async (request, response) => {
    headers.push(request.headers)
    paths.push(request.url ?? '')
    bodies.push(await text(request))
    answer(response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  try {
    await use({
      url: `http://127.0.0.1:${port}`,
      bodies,
      headers,
      paths,
      spans: () => bodies.flatMap(spansIn),
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function spansIn(body: string): readonly SentSpan[] {
  const { resourceSpans } = JSON.parse(body) as {
    resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[]
  }
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}

/** Each span's name and those of its parents in the trace, outermost first. */
export function namedPaths(spans: readonly SentSpan[]): readonly string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const pathOf = ({ name, parentSpanId = '' }: SentSpan): string => {
    const parent = byId.get(parentSpanId)
    return parent === undefined ? name : `${pathOf(parent)} > ${name}`
  }
  return spans.map(pathOf)
}
