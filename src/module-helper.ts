/**
 * The process that revisions' modules run in. What they do to their process they do to this one: end
 * it, wait for ever, throw where nobody catches, change what is global.
 * @see docs/decisions/0048-modules-run-in-a-process.md
 */
import process from 'node:process'
import { setImmediate as turn } from 'node:timers/promises'
import { isRecord } from './base/record.ts'
import { takeChannel } from './helpers/helper-side.ts'
import { parameterOf, typeParser } from './postgres/session/values.ts'
import { checkExports, type ExportedValues, lineOfExport } from './revisions/file/exports.ts'
import type { RevisionResult } from './revisions/file/revision.ts'
import { runTypeScript } from './revisions/module/hooks.ts'
import {
  type FromModules,
  type LoadedModule,
  type ModuleRequest,
  receivedError,
  type SentResult,
  sentError,
  type ToModules,
} from './revisions/module/messages.ts'

interface PendingQuery {
  readonly resolve: (result: RevisionResult) => void
  readonly reject: (error: Error) => void
  /** Made where the query was. */
  readonly at: Error
}

const INTERVAL_OID = 1186

const channel = takeChannel<ToModules, FromModules>()
runTypeScript()
const modules = new Map<string, Pick<ExportedValues, 'upgrade' | 'downgrade'>>()
const asked = new Map<number, PendingQuery>()
const queryOf = new WeakMap<object, number>()
let queries = 0
let underWay = 0

channel.onMessage((message) => {
  if ('id' in message) void answer(message)
  else take(message)
})
process.once('beforeExit', () => void channel.send({ kind: 'waits' }))
process.on('uncaughtException', async (error) => {
  await channel.send({ kind: 'stray', failure: sentError(error) })
  process.exit(1)
})

/**
 * The channel keeps this process alive while there is something to come by it. A module that waits
 * for anything else than its own timers and sockets lets the process end, which is how it is noticed.
 */
function keepAlive(): void {
  channel.keepAlive(underWay === 0 || asked.size > 0)
}

async function answer(request: ModuleRequest): Promise<void> {
  const { id } = request
  underWay += 1
  keepAlive()
  let answer: FromModules
  try {
    answer = await fulfil(request)
  } catch (error) {
    answer = { kind: 'failed', id, failure: sentError(error, queryIn(error)) }
  }
  // A promise that was rejected and that nobody waits for is reported before this turn comes.
  await turn()
  underWay -= 1
  keepAlive()
  void channel.send(answer)
}

async function fulfil(request: ModuleRequest): Promise<FromModules> {
  const { id } = request
  switch (request.kind) {
    case 'load':
      return { kind: 'loaded', id, module: await load(request) }
    case 'call':
      await modules.get(request.url)?.[request.action]?.({
        query: (text, values) => ask<never>(id, text, values),
      })
      return { kind: 'done', id }
    case 'settle':
      return { kind: 'done', id }
  }
}

async function load({ url, text }: { url: string; text: string }): Promise<LoadedModule> {
  const checked = checkExports(exportsOf(await import(url)), (name) => lineOfExport(text, name))
  if (checked.kind === 'faults') return checked
  const { upgrade, downgrade, ...values } = checked.values
  modules.set(url, { upgrade, downgrade })
  return { kind: 'values', values, hasDowngrade: downgrade !== null }
}

/** Of a module that was compiled to CommonJS, what it had exported as a module. */
function exportsOf(module: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { default: whole } = module
  return isRecord(whole) && '__esModule' in whole ? whole : module
}

async function ask<Row>(id: number, text: string, values?: readonly unknown[]) {
  const at = new Error()
  const result = await new Promise<RevisionResult>((resolve, reject) => {
    queries += 1
    const sent = Array.isArray(values) ? values.map(parameterOf) : values
    void channel.send({ kind: 'query', id, query: queries, text, values: sent })
    asked.set(queries, { resolve, reject, at })
    keepAlive()
  })
  return result as RevisionResult<Row>
}

function take(message: Exclude<ToModules, ModuleRequest>): void {
  const one = asked.get(message.query)
  if (one === undefined) return
  asked.delete(message.query)
  keepAlive()
  if (message.kind === 'rows') one.resolve(revived(message.result))
  else one.reject(refusal(message, one.at))
}

function refusal(message: Extract<ToModules, { readonly kind: 'refused' }>, at: Error): Error {
  const error = receivedError(message.failure, at)
  queryOf.set(error, message.query)
  return error
}

function queryIn(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null ? queryOf.get(error) : undefined
}

/** What the driver makes of rows: bytes are Buffers, and intervals have methods. */
function revived({ rows, rowCount, intervals }: SentResult): RevisionResult {
  for (const row of rows) {
    for (const [key, value] of Object.entries(row)) {
      if (ArrayBuffer.isView(value)) row[key] = bufferOf(value)
      else if (Array.isArray(value))
        row[key] = value.map((one) => (ArrayBuffer.isView(one) ? bufferOf(one) : one))
    }
    for (const key of intervals) [row[key]].flat(6).forEach(asInterval)
  }
  return { rows, rowCount }
}

function bufferOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function asInterval(value: unknown): void {
  const one: unknown = typeParser(INTERVAL_OID)('1 day')
  if (typeof value === 'object' && value !== null) {
    Object.setPrototypeOf(value, Object.getPrototypeOf(one))
  }
}
