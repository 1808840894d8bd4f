import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { logLines } from '../support/cli/log-lines.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { withSidecar } from '../support/cli/sidecar.ts'
import { namedPaths, withCollector } from '../support/network/collector.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

const accepts = (response: ServerResponse) => void response.end('{}')
const PARENT = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' }
const SECRET = 'hunter2-secret'

type Env = Readonly<Record<string, string>>

describe.each(anyServer())('a trace of a run on $name', (server) => {
  const onDatabase = (upgrade: string, use: (env: Env) => Promise<void>) =>
    withRevisionFolder(async (folder) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
      await withDatabase(server, ({ url }) =>
        use({ DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }),
      )
    })

  it('has its steps, revisions and slow statements, below the span that started it', async () => {
    await withCollector(accepts, (collector) =>
      onDatabase(
        "create table t (secret text default 'literal');\nselect pg_sleep(1.1);",
        async (env) => {
          const traced = {
            ...env,
            PGATE_LOG_FORMAT: 'json',
            OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
            OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${SECRET}`,
            OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
            OTEL_SERVICE_NAME: 'orders-gate',
            TRACEPARENT: `00-${PARENT.trace}-${PARENT.span}-01`,
          }
          const result = await runPgate([], { env: traced })
          expect(result).toMatchObject({ exitCode: 0 })
          const { stdout, stderr } = logLines(result)
          for (const line of [...stdout, ...stderr])
            expect(line).toHaveProperty('trace_id', PARENT.trace)
          const spans = collector.spans()
          expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([PARENT.trace]))
          expect(spans.find(({ name }) => name === 'pgate gate')?.parentSpanId).toBe(PARENT.span)
          expect(namedPaths(spans)).toEqual(
            expect.arrayContaining([
              'pgate gate > step wait',
              'pgate gate > step migrate > revision aaa',
              'pgate gate > step migrate > revision aaa > statement.slow',
              'pgate gate > step verify',
            ]),
          )
          const slow = spans.find(({ name }) => name === 'statement.slow')
          const took = Number(slow?.endTimeUnixNano) - Number(slow?.startTimeUnixNano)
          expect(took).toBeGreaterThan(1e9)
          expect(collector.paths[0]).toBe('/v1/traces')
          expect(collector.headers[0]).toMatchObject({ authorization: `Bearer ${SECRET}` })
          const sent = collector.bodies.join('')
          expect(sent).toContain('orders-gate')
          expect(sent).toContain('deployment.environment')
          expect(sent).not.toMatch(/literal|pg_sleep/)
          expect(result.stdout + result.stderr).not.toContain(SECRET)
        },
      ),
    )
  })

  it('ends with the code of a failure, and goes along to a migrator', async () => {
    await withCollector(accepts, (collector) =>
      onDatabase("select 'literal'::int;", async (env) => {
        const traced = {
          ...env,
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path`,
          PGATE_LOG_FORMAT: 'pretty',
        }
        expect(await runPgateHere([], { env: traced })).toMatchObject({ exitCode: 53 })
        expect(namedPaths(collector.spans())).toContain('pgate gate > step migrate > revision aaa')
        const failed = collector.spans().filter(({ status }) => status.code === 2)
        expect(failed.map(({ name }) => name).toSorted()).toEqual([
          'pgate gate',
          'revision aaa',
          'step migrate',
        ])
        expect(failed.find(({ name }) => name === 'pgate gate')).toMatchObject({
          status: { message: 'MIGRATION_FAILED' },
          attributes: expect.arrayContaining([
            { key: 'error.type', value: { stringValue: 'MIGRATION_FAILED' } },
          ]),
        })
        expect(collector.bodies.join('')).not.toContain('literal')
        expect(collector.paths[0]).toBe('/own/path')
        const prints = ['node', '-e', 'console.log(process.env.TRACEPARENT)']
        const guest = await runPgateHere(['--', ...prints], {
          env: { ...traced, PGATE_VERIFY: 'off', PGATE_LOG_FORMAT: 'json' },
        })
        const { stdout, stderr } = logLines(guest)
        expect(stderr.find(({ event }) => event === 'migrator.output')?.msg).toMatch(
          new RegExp(`^00-${stdout[0]?.trace_id}-[0-9a-f]{16}-01$`),
        )
      }),
    )
  })

  it('has a span for each target of a fleet', async () => {
    await withCollector(accepts, (collector) =>
      onDatabase('create table t (i int);', async (env) => {
        const traced = {
          ...env,
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          PGATE_FLEET: `query:select * from (values ('one', 'one_s'), ('two', 'two_s')) as t(name, schema)`,
        }
        const { stdout, stderr } = await runPgateHere(['fleet'], { env: traced })
        expect(namedPaths(collector.spans()), stdout + stderr).toEqual(
          expect.arrayContaining([
            'pgate fleet > target one > step migrate > revision aaa',
            'pgate fleet > target two > step migrate > revision aaa',
          ]),
        )
      }),
    )
  })

  it.each([
    ['refuses', (response: ServerResponse) => void response.writeHead(401).end()],
    ['is silent', () => {}],
    ['is not there', undefined],
  ] as const)('changes nothing of the run where the collector %s', async (_, answer) => {
    await withCollector(answer ?? accepts, (collector) =>
      onDatabase('create table t (i int);', async (env) => {
        const endpoint = answer === undefined ? 'http://127.0.0.1:1' : collector.url
        const traced = {
          ...env,
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          OTEL_EXPORTER_OTLP_HEADERS: `key=${SECRET}`,
          PGATE_LOG_FORMAT: 'json',
        }
        const start = performance.now()
        const result = await runPgateHere([], { env: traced })
        expect(result).toMatchObject({ exitCode: 0 })
        expect(performance.now() - start).toBeLessThan(10_000)
        const { stdout, stderr } = logLines(result)
        expect(stdout).toMatchObject([{ event: 'gate.open' }])
        const warned = stderr.filter(({ level }) => level === 'warn' || level === 'error')
        expect(warned).toMatchObject([{ event: 'trace.unsent', problem: expect.any(String) }])
        expect(result.stdout + result.stderr).not.toContain(SECRET)
      }),
    )
  })

  it('is not sent where OpenTelemetry’s own variables, or the parent, say so', async () => {
    await withCollector(accepts, (collector) =>
      onDatabase('create table t (i int);', async (env) => {
        for (const [name, value] of [
          ['OTEL_SDK_DISABLED', 'true'],
          ['OTEL_TRACES_EXPORTER', 'none'],
          ['OTEL_TRACES_SAMPLER', 'always_off'],
          ['TRACEPARENT', `00-${PARENT.trace}-${PARENT.span}-00`],
        ] as const) {
          const traced = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, [name]: value }
          expect(await runPgateHere([], { env: traced })).toMatchObject({ exitCode: 0 })
          expect([name, collector.spans()]).toEqual([name, []])
        }
        const asked = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
        expect(await runPgateHere([], { env: asked })).toMatchObject({ exitCode: 0 })
        expect(namedPaths(collector.spans())).toContain('pgate gate > step verify')
      }),
    )
  })

  it('of an interrupted run says the signal, and where it was', async () => {
    await withCollector(accepts, (collector) =>
      onDatabase('select pg_sleep(600);', async (env) => {
        const traced = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
        const gate = startPgate([], { env: traced, timeoutMs: 60_000 })
        await gate.says(/revision\.running/)
        gate.kill('SIGTERM')
        expect(await gate.ended).toMatchObject({ exitCode: 143 })
        const failed = collector.spans().filter(({ status }) => status.code === 2)
        expect(namedPaths(collector.spans())).toContain('pgate gate > step migrate > revision aaa')
        expect(failed.map(({ name }) => name)).toEqual(
          expect.arrayContaining(['pgate gate', 'step migrate', 'revision aaa']),
        )
        expect(failed.find(({ name }) => name === 'pgate gate')).toMatchObject({
          status: { message: 'INTERRUPTED_SIGTERM' },
          attributes: expect.arrayContaining([
            { key: 'error.type', value: { stringValue: 'INTERRUPTED_SIGTERM' } },
            { key: 'pgate.exitCode', value: { intValue: 143 } },
          ]),
        })
      }),
    )
  })

  it('of a sidecar ends when its gate opens: what it looks at later is none', async () => {
    await withCollector(accepts, (collector) =>
      onDatabase('create table t (i int);', async (env) => {
        const traced = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
        await withSidecar({ env: traced }, async (sidecar) => {
          await sidecar.until('looked again', ({ verify }) => verify.counts.passed > 2)
          await expect.poll(() => namedPaths(collector.spans())).toContain('pgate sidecar')
          sidecar.kill('SIGTERM')
          await sidecar.ended
        })
        const spans = collector.spans()
        expect(namedPaths(spans)).toContain('pgate sidecar > step migrate > revision aaa')
        expect(spans.filter(({ name }) => name === 'step verify')).toHaveLength(1)
        expect(spans.filter(({ status }) => status.code === 2)).toEqual([])
      }),
    )
  })
})
