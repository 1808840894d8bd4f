import type { ServerResponse } from 'node:http'

/** More than a handful of open pages is a mistake, or an attack. */
const MOST_LISTENERS = 32
/** Proxies cut what is silent for a minute; a page that went away is found by writing to it. */
const HEARTBEAT_MS = 10_000
/** How long a browser waits before it connects again. */
const RETRY_MS = 3_000

/** Those who asked for `/events`. */
export interface EventListeners {
  /** Takes one in and sends it the newest document; false where there are enough already. */
  add(response: ServerResponse): boolean
  /** Sends every listener the newest document. */
  send(): void
  /** Ends them all. */
  close(): void
}

interface Listener {
  readonly response: ServerResponse
  /** There is a newer document than the one that is being sent to it. */
  behind: boolean
  /** Nothing has gone out since the heartbeat before. */
  stuck: boolean
}

/**
 * Server-sent events: the whole document each time. A listener that reads slowly is sent the newest
 * document when it is done with the one before, so that each holds one at most; one that takes
 * nothing for two heartbeats is let go.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function createEventListeners(document: () => string): EventListeners {
  const listeners = new Set<Listener>()
  const heartbeat = setInterval(() => {
    for (const listener of listeners) sendHeartbeat(listener)
  }, HEARTBEAT_MS)
  // Nothing waits for a heartbeat: the server is what keeps the process.
  heartbeat.unref()
  return {
    add: (response) => {
      if (listeners.size >= MOST_LISTENERS) return false
      const listener: Listener = { response, behind: false, stuck: false }
      listeners.add(listener)
      response.once('close', () => listeners.delete(listener))
      // A listener that goes away while it is written to is gone.
      response.on('error', () => response.destroy())
      response.on('drain', () => catchUp(listener, document))
      response.write(`retry: ${RETRY_MS}\n\n${eventOf(document())}`)
      return true
    },
    send: () => {
      if (listeners.size === 0) return
      const event = eventOf(document())
      for (const listener of listeners) {
        if (listener.response.writableNeedDrain) listener.behind = true
        else listener.response.write(event)
      }
    },
    close: () => {
      clearInterval(heartbeat)
      for (const { response } of listeners) response.end()
      listeners.clear()
    },
  }
}

function catchUp(listener: Listener, document: () => string): void {
  listener.stuck = false
  if (!listener.behind) return
  listener.behind = false
  listener.response.write(eventOf(document()))
}

function sendHeartbeat(listener: Listener): void {
  const { response } = listener
  // An event, and no comment: a comment would not show the page that the connection lives.
  if (!response.writableNeedDrain) response.write('event: beat\ndata: still here\n\n')
  else if (listener.stuck) response.destroy()
  else listener.stuck = true
}

/** JSON has no line feed of its own, so that one `data` line holds it. */
function eventOf(document: string): string {
  return `event: status\ndata: ${document.trimEnd()}\n\n`
}
