/** The program as a module, for Node.js. */
import { runInProcess } from './edge.ts'

await runInProcess(new URL('.', import.meta.url).href)
