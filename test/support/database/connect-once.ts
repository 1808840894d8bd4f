import { ask, databaseOf } from './connect.ts'

/** A program of its own, for what Node.js reads once at its start: opens one session and says so. */
await ask(databaseOf(process.argv[2] ?? ''), 'select 1')
console.log('connected')
