/**
 * Writes the pages of docs/ that are tables of the code, so that they cannot say anything else
 * than the code does. With `--check` nothing is written, and a page that differs fails the run.
 * `--root` names another folder that holds docs/.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PAGES } from './pages.ts'

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    root: { type: 'string', default: join(import.meta.dirname, '../..') },
  },
})

for (const [file, makePage] of Object.entries(PAGES)) {
  const path = join(values.root, file)
  if (!values.check) {
    writeFileSync(path, await makePage())
  } else if (readPage(path) !== (await makePage())) {
    console.error(`${file} is not what the code makes of it: run npm run docs`)
    process.exitCode = 1
  }
}

function readPage(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
