/**
 * Builds `dist/`: what ships on npm. One slim entry that starts fast, the rest in chunks loaded when they
 * are needed, the files that the chunks read, and the prepared embedded database. Nothing outside
 * `dist/` is needed to run it but Node.js.
 */
import { join } from 'node:path'
import { buildBundle } from './bundle.ts'
import { ROOT } from './settings.ts'
import { buildTemplate } from './template.ts'
import { writeTypes } from './types.ts'

await buildBundle(join(ROOT, 'dist'))
await writeTypes(join(ROOT, 'dist'))
await buildTemplate(join(ROOT, 'dist/embedded'))
