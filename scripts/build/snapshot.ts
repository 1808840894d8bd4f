/** The script that runs when the executable is built, up to the point from which a start goes on. */

/**
 * Parts of Node.js that it loads at their first use: the clock at every start, cryptography for a
 * password. In the snapshot they cost a start without a password nothing that could be measured.
 */
const PRELOADED = `void [performance.now(), require('node:crypto').webcrypto.subtle]`

/** A stack says the program's own code by this, as it says its helpers. */
const FILENAME = 'asset:/pgate'

/**
 * The program is evaluated with every function compiled: those that are compiled when they are first
 * called would be so at every start. The number of the process that built it, which Node.js
 * keeps, would make each build another.
 */
export function snapshotScript(program: string): string {
  return `
    Object.defineProperty(process, 'pid', { value: 1, enumerable: true, configurable: true })
    const { setFlagsFromString } = require('node:v8')
    setFlagsFromString('--no-lazy')
    const script = ${JSON.stringify(`(function (module, exports) {${program}\n})`)}
    const run = require('node:vm').runInThisContext(script, { filename: '${FILENAME}' })
    setFlagsFromString('--lazy')
    const start = { exports: {} }
    run(start, start.exports)
    ${PRELOADED}`
}
