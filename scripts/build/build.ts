/**
 * Builds `dist/`: what ships. One slim entry that starts fast, the rest in chunks loaded when they
 * are needed, the files that the chunks read, and the prepared embedded database. Nothing outside
 * `dist/` is needed to run it but Node.js.
 */
import { join } from 'node:path'
import { buildBundle } from './bundle.ts'
import { buildTemplate } from './template.ts'

const ROOT = join(import.meta.dirname, '../..')
const DIST = join(ROOT, 'dist')

await buildBundle({ root: ROOT, entry: 'src/main.ts', outdir: DIST })
await buildTemplate(join(DIST, 'embedded'))
