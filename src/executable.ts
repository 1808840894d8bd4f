/**
 * The program as a start-up snapshot, for the single executable: everything above the call below has
 * run when the executable was built, and a start continues from there.
 * @see docs/decisions/0070-one-file-in-the-image.md
 */
import Module from 'node:module'
import process from 'node:process'
import { startupSnapshot } from 'node:v8'
import { runInProcess } from './edge.ts'

startupSnapshot.setDeserializeMainFunction(async () => {
  const [entry = ''] = process.argv.slice(2)
  // A helper of another of these: Node.js would run the file, and the executable runs the program.
  if (process.channel !== undefined && entry.startsWith('asset:/helpers/')) runEmbedded(entry)
  // It settles: what the run throws is a verdict, and anything else an uncaught exception.
  else await runInProcess()
})

/** Runs a script that is embedded. Unlike one of `vm`'s it may `import()` files as any file may. */
function runEmbedded(url: string): void {
  const { getAsset } = process.getBuiltinModule('node:sea')
  const script = new Module(url)
  const compile: unknown = Reflect.get(script, '_compile')
  if (typeof compile !== 'function') throw new Error('this Node.js compiles no text of a module')
  Reflect.apply(compile, script, [getAsset(url.slice('asset:/'.length), 'utf8'), url])
}
