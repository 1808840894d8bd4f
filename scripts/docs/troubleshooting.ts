import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT_CODES } from '../../src/errors/exit-codes.ts'
import { FAILURES, type FailureCode } from '../../src/errors/failures.ts'
import { wrap } from './markdown.ts'

const PAGE = join(import.meta.dirname, '../../docs/troubleshooting.md')
const BEGIN = '<!-- Written from src/errors/failures by `npm run docs`; do not edit. -->'
const END = '<!-- end -->'

/**
 * docs/troubleshooting.md: its own text, with exit code, meaning and remedy of each failure written
 * below the heading of its code. Throws where a code has no section, or a section no code.
 */
export function troubleshootingPage(): string {
  const text = readFileSync(PAGE, 'utf8').replaceAll(
    new RegExp(`${BEGIN}\n[^]*?\n${END}\n\n`, 'g'),
    '',
  )
  const sections = [...text.matchAll(/^### (.*)$/gm)].map(([, code = '']) => code)
  const missing = failureCodes().filter((code) => !sections.includes(code))
  if (missing.length > 0) throw new Error(`${PAGE} has no section for ${missing.join(', ')}`)
  return text.replaceAll(/^### (.*)\n\n/gm, (heading, code: string) => {
    if (code === 'BUG') return heading
    if (!isFailureCode(code)) throw new Error(`${PAGE} has a section for ${code}, which is no code`)
    return `${heading}${BEGIN}\n${facts(code)}\n${END}\n\n`
  })
}

/** The codes of the table, in its order. */
export function failureCodes(): readonly FailureCode[] {
  return Object.keys(FAILURES).filter(isFailureCode)
}

/** Where the page explains a code: `[NOT_READY](troubleshooting.md#not_ready)`. */
export function linkToCode(code: string): string {
  return `[${code}](troubleshooting.md#${code.toLowerCase()})`
}

function isFailureCode(word: string): word is FailureCode {
  return Object.hasOwn(FAILURES, word)
}

function facts(code: FailureCode): string {
  const { exit, meaning, remedy } = FAILURES[code]
  const { number, retriable } = EXIT_CODES[exit]
  const again = retriable === true ? 'the same call may succeed later' : 'it needs a human'
  return `${wrap(`${meaning} Exit code ${number}; ${again}.`)}\n\n${wrap(`**What to do:** ${remedy}`)}`
}
