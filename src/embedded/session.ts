import { Duplex } from 'node:stream'
import { serverSession } from '../postgres/session/server-session.ts'
import type { Session } from '../postgres/session/session.ts'
import { openWire } from '../postgres/session/wire.ts'
import type { EmbeddedProcess } from './backend.ts'
import { EMBEDDED_EXTENSIONS } from './bundles.ts'

/**
 * A session on the one backend, put back to what a new connection would find; `onClose` is called
 * when it is given up. Nothing can cancel what it runs but the end of the backend.
 */
export async function openSession(backend: EmbeddedProcess, onClose: () => void): Promise<Session> {
  const { version, pid } = await backend.session()
  const wire = openWire(streamOf(backend), {
    garbled: (error) => new Error('garbled', { cause: error }),
  })
  const opened = serverSession(
    {
      wire,
      parameters: new Map([['server_version', version]]),
      key: { processId: pid, secretKey: 0 },
    },
    { requestCancel: async () => {}, copies: 'at once' },
  )
  const close = async () => {
    await opened.close()
    onClose()
  }
  return { ...opened, server: { ...opened.server, builtIn: EMBEDDED_EXTENSIONS }, close }
}

/** `X`: the session's goodbye, at which the one backend would end. */
const TERMINATE = 0x58
/** `H`: the answers up to here are wanted before the rest is done. */
const FLUSH = 0x48

/** What is written at once is answered at once, up to each Flush. */
function streamOf(backend: EmbeddedProcess): Duplex {
  const answer = async (messages: readonly Buffer[]) => {
    const [first] = messages
    if (first?.[0] === TERMINATE) return
    const pieces: Buffer[] = []
    for (const [index, message] of messages.entries()) {
      pieces.push(message)
      if (message[0] !== FLUSH && index + 1 < messages.length) continue
      stream.push(Buffer.from(await backend.protocol(Buffer.concat(pieces.splice(0)))))
    }
  }
  const stream = new Duplex({
    read: () => {},
    write: (message: Buffer, _, done) => answer([message]).then(() => done(), done),
    writev: (chunks, done) => answer(chunks.map(({ chunk }) => chunk)).then(() => done(), done),
    final: (done) => {
      stream.push(null)
      done()
    },
  })
  return stream
}
