/**
 * The program as a start-up snapshot, for the single executable: everything above the call below has
 * run when the executable was built, and a start continues from there.
 * @see docs/decisions/0070-one-file-in-the-image.md
 */
import process from 'node:process'
import { startupSnapshot } from 'node:v8'
import { runInProcess } from './edge.ts'
import { runEmbedded } from './helpers/embedded-script.ts'

startupSnapshot.setDeserializeMainFunction(async () => {
  const [entry = ''] = process.argv.slice(2)
  // A helper of another of these: Node.js would run the file, and the executable runs the program.
  if (process.channel !== undefined && entry.startsWith('asset:/helpers/')) runEmbedded(entry)
  // It settles: what the run throws is a verdict, and anything else an uncaught exception.
  else await runInProcess()
})
