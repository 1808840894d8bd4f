import { IS_BUILT } from '../../base/version.ts'
import { currentRun, type Guest, guestStarted, oneForEachRun } from '../../helpers/guests.ts'
import { startHelper } from '../../helpers/helper.ts'
import type { RevisionDatabase, RevisionResult } from '../file/revision.ts'
import {
  type Action,
  type FromModules,
  type LoadedModule,
  type ModuleRequest,
  receivedError,
  type SentError,
  type SentResult,
  sentError,
  type ToModules,
} from './messages.ts'
import { endedByModule, noteCalls, strayFailure } from './stray-code.ts'

/** The process that modules run in, while it lives. */
export interface ModuleProcess extends Guest {
  /**
   * Imports a module and checks what it exports.
   * @throws what the import throws, or REVISION_MODULE where it ends the process
   */
  load(module: ModuleFile): Promise<LoadedModule>
  /**
   * Calls a function of a module that it has loaded.
   * @throws what the function throws, or REVISION_MODULE as `load`
   */
  call(module: ModuleFile, action: Action, db: RevisionDatabase): Promise<void>
}

export interface ModuleFile {
  readonly url: string
  /** As it is to be shown. */
  readonly file: string
  readonly text: string
}

const ENTRY = new URL(
  IS_BUILT ? '../helpers/module-helper.mjs' : '../../module-helper.ts',
  import.meta.url,
)
const place = oneForEachRun((): { process?: ModuleProcess } => ({}))

/** The run's one process of modules; started at the first call, and again where it has ended. */
export function moduleProcess(): ModuleProcess {
  const here = place()
  here.process ??= startProcess(() => {
    delete here.process
  })
  return here.process
}

/** Ends it where it runs: nothing more is wanted of the modules that were loaded. */
export async function endModules(): Promise<void> {
  await place().process?.end(new Error('the modules are no longer there'))
}

interface PendingCall {
  readonly resolve: (module: LoadedModule | undefined) => void
  readonly reject: (error: unknown) => void
  readonly file?: string | undefined
}

function startProcess(ended: () => void): ModuleProcess {
  const { stray } = currentRun()
  const helper = startHelper<ToModules, FromModules>(ENTRY)
  const waiting = new Map<number, PendingCall>()
  const queries = answering(helper.send)
  let requests = 0
  let isStuck = false
  let strayError: SentError | undefined
  let reasonOf: ((file?: string) => unknown) | undefined
  helper.keepAlive(false)
  const settled = (id: number) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) helper.keepAlive(false)
    return one
  }
  /** The first reason stands; false where nobody waited for it. */
  const finish = (reason: (file?: string) => unknown): boolean => {
    if (reasonOf !== undefined) return true
    reasonOf = reason
    ended()
    gone()
    const left = [...waiting.keys()]
    for (const id of left) {
      const one = settled(id)
      one?.reject(reason(one.file))
    }
    return left.length > 0
  }
  const ask = (
    about: { readonly file?: string; readonly db?: RevisionDatabase },
    make: (id: number) => ModuleRequest,
  ) =>
    new Promise<LoadedModule | undefined>((resolve, reject) => {
      if (reasonOf !== undefined) return reject(reasonOf(about.file))
      requests += 1
      waiting.set(requests, { resolve, reject, file: about.file })
      if (about.db !== undefined) queries.lend(requests, about.db)
      helper.keepAlive(true)
      helper.send(make(requests))
    })
  helper.onMessage((message) => {
    if (message.kind === 'query') void queries.answer(message)
    else if (message.kind === 'waits') isStuck = true
    else if (message.kind === 'stray') strayError ??= message.failure
    else if (message.kind === 'loaded') settled(message.id)?.resolve(message.module)
    else if (message.kind === 'done') settled(message.id)?.resolve(undefined)
    else settled(message.id)?.reject(queries.errorOf(message.failure))
  })
  const howItEnded = () => {
    if (helper.endSignal() === 'SIGKILL') return 'killed'
    return isStuck ? 'waits' : 'called'
  }
  const reasonOfEnd = (file?: string) =>
    strayError === undefined
      ? endedByModule(howItEnded(), file)
      : strayFailure(receivedError(strayError), file)
  helper.gone.then(() => {
    if (!finish(reasonOfEnd)) stray(reasonOfEnd())
  })
  const modules: ModuleProcess = {
    load: async ({ file, ...module }) => {
      const loaded = await ask({ file }, (id) => ({ kind: 'load', id, ...module }))
      if (loaded === undefined) throw new Error('nothing was said of what the module exports')
      return loaded
    },
    call: async ({ file, url }, action, db) => {
      await ask({ file, db }, (id) => ({ kind: 'call', id, url, action }))
    },
    settle: async () => {
      await ask({}, (id) => ({ kind: 'settle', id }))
    },
    end: async (reason) => {
      finish(() => reason)
      await helper.end()
    },
    kill: helper.kill,
  }
  const gone = guestStarted(modules)
  return modules
}

/** Runs the queries of calls, each on the database that was lent to its call. */
function answering(send: (message: ToModules) => void) {
  const databases = new Map<number, RevisionDatabase>()
  const errors = new Map<number, unknown>()
  return {
    lend: (id: number, db: RevisionDatabase) => void databases.set(id, db),
    answer: async (asked: Extract<FromModules, { readonly kind: 'query' }>): Promise<void> => {
      const { id, query, text, values } = asked
      try {
        const result = await databases.get(id)?.query(checkedText(text), checkedValues(values))
        if (result === undefined) throw new Error('there is no call that this query belongs to')
        send({ kind: 'rows', query, result: sentResult(result) })
      } catch (error) {
        errors.set(query, error)
        send({ kind: 'refused', query, failure: sentError(error) })
      }
    },
    /** What a call failed with: where that is a query's error, the very one. */
    errorOf: (failure: SentError): unknown => {
      const { query, stack } = failure
      if (query === undefined || !errors.has(query)) return receivedError(failure)
      const error = errors.get(query)
      noteCalls(error, stack)
      return error
    },
  }
}

/** The driver takes more than a text, and would run a query of the module's own making. */
function checkedText(text: unknown): string {
  if (typeof text !== 'string') throw new TypeError('db.query takes its SQL as a string')
  if (text.includes('\0')) throw new TypeError('the SQL of db.query holds a NUL character')
  return text
}

function checkedValues(values: unknown): readonly unknown[] | undefined {
  if (values === undefined || Array.isArray(values)) return values
  throw new TypeError('db.query takes its values as a list')
}

function sentResult({ rows, rowCount }: RevisionResult): SentResult {
  const keys = Object.keys(rows[0] ?? {})
  const intervals = keys.filter((key) => rows.some((row) => holdsInterval(row[key])))
  return { rows, rowCount, intervals }
}

function holdsInterval(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsInterval)
  return typeof value === 'object' && value !== null && 'toPostgres' in value
}
