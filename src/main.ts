/** The program as a module, for Node.js. */
import { runInProcess } from './edge.ts'

await runInProcess()
