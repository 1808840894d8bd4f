/** The scripts that run when the executable is built, up to the point from which a start goes on. */
import { REST, START } from './scripts.ts'

/** Names within the executable. */
export const REST_SCRIPT = 'rest.js'
export const REST_CACHE = 'rest.cache'

const REST_FILE = 'asset:/rest'

/**
 * Parts of Node.js that it loads at their first use: the clock at every start, cryptography for a
 * password. In the snapshot they cost a start without a password nothing that could be measured.
 */
const PRELOADED = `void [performance.now(), require('node:crypto').webcrypto.subtle]`

/** Compiles a script with every function: those compiled at their first call would be so at every start. */
const COMPILE = `
  const { setFlagsFromString } = require('node:v8')
  const { Script } = require('node:vm')
  const compile = (text, filename) => {
    setFlagsFromString('--no-lazy')
    const script = new Script(text, { filename })
    setFlagsFromString('--lazy')
    return script
  }`

/** Takes what is not in the snapshot out of the executable, compiled already, when it is first used. */
const LOAD_REST = `
  let rest
  const loadRest = () => {
    const { getRawAsset } = process.getBuiltinModule('node:sea')
    const { Script } = process.getBuiltinModule('node:vm')
    const text = Buffer.from(getRawAsset('${REST_SCRIPT}')).latin1Slice()
    const cachedData = new Uint8Array(getRawAsset('${REST_CACHE}'))
    const loaded = { exports: {} }
    const script = new Script(text, { filename: '${REST_FILE}', cachedData })
    script.runInThisContext()(loaded, loaded.exports, (id) =>
      id === '${START}' ? module.exports : process.getBuiltinModule(id))
    return loaded.exports
  }
  const require = (id) =>
    id.startsWith('${REST}') ? (rest ??= loadRest())[id.slice(${REST.length})]() : process.getBuiltinModule(id)`

function startScript(start: string): string {
  return `(function (module, exports) {${LOAD_REST}\n${start}\n})`
}

export function restScript(rest: string): string {
  return `(function (module, exports, require) {${rest}\n})`
}

/**
 * Evaluates what every start needs. The number of the process that builds, which Node.js keeps, would
 * make each build another; so would the path of this script, of which nothing is left, and the times of a
 * file that it would read.
 */
export function snapshotScript(start: string): string {
  return `
    Object.defineProperty(process, 'pid', { value: 1, enumerable: true, configurable: true })
    ${COMPILE}
    const start = { exports: {} }
    const text = ${JSON.stringify(startScript(start))}
    compile(text, 'asset:/start').runInThisContext()(start, start.exports)
    ${PRELOADED}`
}

/** The executable's own helper that writes what V8 makes of `rest`, to the file that its argument names. */
export const CACHE_HELPER = `
  ${COMPILE}
  const text = Buffer.from(require('node:sea').getRawAsset('${REST_SCRIPT}')).latin1Slice()
  require('node:fs').writeFileSync(process.argv[3], compile(text, '${REST_FILE}').createCachedData())`
