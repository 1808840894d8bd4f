/**
 * A world in which nothing differs from one build to the next: initdb and the write-ahead log put
 * the time and random bytes into a cluster, and an image is to be the same bytes for the same source.
 */
import crypto from 'node:crypto'

const THEN = Date.UTC(2026, 0, 1)

/**
 * Runs `use` while this process's clock stands still and its synchronous dice always fall the same.
 * What is made so holds no secret: nobody logs in to the embedded database over a network.
 * @see https://reproducible-builds.org/docs/deterministic-build-systems/
 */
export async function standingStill<T>(use: () => Promise<T>): Promise<T> {
  const before = { date: globalThis.Date, fill: crypto.randomFillSync }
  globalThis.Date = new Proxy(before.date, {
    construct: (date, given) => Reflect.construct(date, given.length === 0 ? [THEN] : given),
    get: (date, name) => (name === 'now' ? () => THEN : Reflect.get(date, name)),
  })
  Reflect.set(crypto, 'randomFillSync', (bytes: Uint8Array) => bytes.fill(7))
  try {
    return await use()
  } finally {
    globalThis.Date = before.date
    Reflect.set(crypto, 'randomFillSync', before.fill)
  }
}
