/** The program as a module, for Node.js. */
import './old-node.ts'
import { runInProcess } from './edge.ts'

await runInProcess()
