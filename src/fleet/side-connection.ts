import type { ConnectOptions, Database, Session } from '../postgres/session/session.ts'

/** The one connection that all targets of a fleet have besides their own. */
export interface SideConnection {
  /**
   * A database whose sessions take turns: each gives way between its statements, though not within a
   * transaction, and connects again when its turn comes. So it may keep nothing in its session.
   */
  shared(database: Database): Database
  /** The same, but a session has its turn until it is closed. */
  whole(database: Database): Database
}

/**
 * What watches a statement, renews a lease or looks a COMMIT up does so over a connection of its own. A
 * fleet has one for all of them, so that its connections are as many as its targets under way, and one.
 */
export function sideConnection(): SideConnection {
  const turns = createTurns()
  const lend = (database: Database, keepsTurn: boolean): Database => ({
    ...database,
    connect: async (options) => takeSeat(turns, { database, options, keepsTurn }),
  })
  return {
    shared: (database) => lend(database, false),
    whole: (database) => lend(database, true),
  }
}

interface Seat {
  /** Ends its connection. */
  giveWay(): Promise<void>
}

type Turns = ReturnType<typeof createTurns>

/** One at a time, first come, first served. The connection of the last stays open until another comes. */
function createTurns() {
  const waiting: (() => void)[] = []
  let isTaken = false
  let parked: Seat | undefined
  const wait = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const stop = () => {
        waiting.splice(waiting.indexOf(go), 1)
        reject(signal.reason)
      }
      waiting.push(go)
      signal.addEventListener('abort', stop, { once: true })
    })
  return {
    enter: async (seat: Seat, signal: AbortSignal): Promise<void> => {
      signal.throwIfAborted()
      if (isTaken) await wait(signal)
      isTaken = true
      if (parked !== seat) await parked?.giveWay()
      parked = undefined
    },
    leave: (seat: Seat): void => {
      parked = seat
      const next = waiting.shift()
      if (next === undefined) isTaken = false
      else next()
    },
  }
}

interface Lending {
  readonly database: Database
  readonly options: ConnectOptions
  readonly keepsTurn: boolean
}

async function takeSeat(turns: Turns, { database, options, keepsTurn }: Lending): Promise<Session> {
  let open: Session | undefined
  let isClosed = false
  let inTurn = false
  let last: Promise<unknown> = Promise.resolve()
  const giveWay = async () => {
    const session = open
    open = undefined
    await session?.close()
  }
  const seat = { giveWay }
  const leave = () => {
    if (inTurn) turns.leave(seat)
    inTurn = false
  }
  const actNow = async <T>(use: (session: Session) => Promise<T>): Promise<T> => {
    if (!inTurn) await turns.enter(seat, options.signal)
    inTurn = true
    try {
      if (isClosed) throw new Error('the session is closed')
      open ??= await database.connect(options)
      return await use(open)
    } finally {
      const isOpen = ['open', 'failed'].includes(open?.transactionStatus() ?? 'idle')
      if (isClosed || open === undefined || (!isOpen && !keepsTurn)) leave()
    }
  }
  const act = <T>(use: (session: Session) => Promise<T>): Promise<T> => {
    const result = last.then(() => actNow(use))
    last = result.catch(() => {})
    return result
  }
  const first = await act(async (session) => session)
  return {
    ...first,
    query: (text, values) => act((session) => session.query<never>(text, values)),
    copyIn: (text, data) => act((session) => session.copyIn(text, data)),
    pipeline: (statements, onResult) =>
      act((session) => session.pipeline(statements, onResult)).catch((error: unknown) => ({
        results: [],
        failure: { index: 0, error },
      })),
    transactionStatus: () => open?.transactionStatus() ?? 'idle',
    cancel: async () => open?.cancel(),
    close: async () => {
      isClosed = true
      await giveWay()
      leave()
    },
  }
}
