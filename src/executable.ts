/**
 * The program as a start-up snapshot, for the single executable: everything above the call below has
 * run when the executable was built, and a start goes on from there.
 * @see docs/decisions/0042-one-executable-in-the-image.md
 */
import { dirname, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { startupSnapshot } from 'node:v8'
import { runInProcess } from './edge.ts'

startupSnapshot.setDeserializeMainFunction(async () => {
  const folder = dirname(process.execPath)
  const [entry = ''] = process.argv.slice(2)
  // A helper of another of these: Node.js would run the file, and the executable runs the program.
  if (process.channel !== undefined && dirname(entry) === join(folder, 'helpers')) {
    await import(entry)
    return
  }
  // It settles: what the run throws is a verdict, and anything else an uncaught exception.
  await runInProcess(pathToFileURL(`${folder}/`).href)
})
