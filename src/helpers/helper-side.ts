import process from 'node:process'

/** A helper's side of the channel to the process that has started it. */
export interface Channel<In, Out> {
  /** Resolves when it is on its way. */
  send(message: Out): Promise<void>
  onMessage(listener: (message: In) => void): void
  /** Whether the channel keeps this process alive. */
  keepAlive(keep: boolean): void
}

/**
 * Takes the channel over from Node.js: nothing else in this process sends or ends it by accident. The
 * process ends with the one that has started it.
 */
export function takeChannel<In, Out>(): Channel<In, Out> {
  const { channel } = process
  const send = process.send?.bind(process)
  if (send === undefined || channel === undefined || channel === null) {
    throw new Error('this is the entry of a process that pgate starts')
  }
  process.on('disconnect', () => process.exit())
  for (const name of ['send', 'disconnect']) {
    Object.defineProperty(process, name, { value: undefined, configurable: true })
  }
  let listener: ((message: In) => void) | undefined
  const heard = (message: unknown) => listener?.(message as In)
  /** Code that removes every listener of the process removes this one, too. */
  const listen = () => {
    if (!process.listeners('message').includes(heard)) process.on('message', heard)
  }
  return {
    send: (message) =>
      new Promise((resolve) => {
        send(message, undefined, {}, () => resolve())
      }),
    onMessage: (own) => {
      listener = own
      listen()
    },
    keepAlive: (keep) => {
      listen()
      if (keep) channel.ref()
      else channel.unref()
    },
  }
}

/** Does what Node.js warns about when it is first done, without the warning. */
export function withoutWarning<T>(act: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return act()
  } finally {
    process.emitWarning = emitWarning
  }
}
