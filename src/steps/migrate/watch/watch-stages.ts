import { type Run, watchedFrom } from '../run.ts'
import { watchAfterMs, watching } from './watch.ts'

/** What is under way, of a number of things that follow each other without anybody waiting. */
export interface Stages {
  /** The one before has ended, and this one has begun. */
  begin(what: string): void
  /** All has ended; resolves when nobody watches any more. */
  end(): Promise<void>
}

/** Watches each stage that takes over a second, as {@link watching} does; a quicker one costs nothing. */
export function watchStages(run: Run): Stages {
  const { context, session, lastSeen } = run
  const database = watchedFrom(run)
  if (database === undefined) return { begin: () => {}, end: async () => {} }
  const afterMs = watchAfterMs(context.config)
  let what = ''
  let ended = Promise.withResolvers<void>()
  const watches: Promise<void>[] = []
  const timer = setTimeout(() => {
    const watched = { context, session, database, what, hasRunForMs: afterMs }
    watches.push(watching(watched, lastSeen, () => ended.promise))
  }, afterMs)
  const next = () => {
    ended.resolve()
    ended = Promise.withResolvers()
  }
  return {
    begin: (begun) => {
      what = begun
      if (watches.length > 0) next()
      timer.refresh()
    },
    end: async () => {
      clearTimeout(timer)
      next()
      await Promise.all(watches)
    },
  }
}
