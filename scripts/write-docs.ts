/**
 * Writes the pages of docs/ that are tables of the code, so that they cannot tell another story
 * than the code does. With `--check` nothing is written, and a page that differs fails the run.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { configurationPage } from './docs/configuration.ts'
import { errorsPage } from './docs/errors.ts'
import { exitCodesPage } from './docs/exit-codes.ts'

const PAGES = [
  { file: 'docs/configuration.md', text: configurationPage() },
  { file: 'docs/exit-codes.md', text: exitCodesPage() },
  { file: 'docs/errors.md', text: errorsPage() },
]

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
const root = new URL('../', import.meta.url)

for (const { file, text } of PAGES) {
  if (!values.check) {
    writeFileSync(new URL(file, root), text)
  } else if (readPage(file) !== text) {
    console.error(`${file} is not what the code makes of it: run npm run docs`)
    process.exitCode = 1
  }
}

function readPage(file: string): string | undefined {
  try {
    return readFileSync(new URL(file, root), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
