/**
 * Keeps words out of source, tests and docs that a colleague would not say at 3 am, each with what
 * to say in its place. Identifiers are read word by word: `tellHost` and `TELL_HOST` hold `tell`.
 * An argument names another root.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = process.argv[2] ?? join(import.meta.dirname, '../..')
const FILES = [
  'src/**/*.ts',
  'scripts/**/*.ts',
  'bench/{harness,programs,report,tools,workloads}/**/*.ts',
  'bench/run.ts',
  'test/**/*.ts',
  'docs/**/*.md',
  'examples/*/README.md',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
]

/** What is not said, as the source of a regular expression over words, and what to say. */
const WORDS: Readonly<Record<string, string>> = {
  'tell|tells|telling|told|untold': 'say, report, log, warn or notify',
  beside: 'next to, or with',
  'whoever|whomever|whosoever': 'name the actor',
  'for want of': 'without, or because … is missing',
  '(has|have|had) not got': 'does not have',
  'mend|mends|mended|mending': 'fix',
  '(take|takes|taken|taking|took) back|way back': 'downgrade, undo or return',
  anew: 'again',
  '(go|goes|going|went) on (at|where|from)': 'continue',
  'lets? go of|letting go of': 'release',
  'cannot be had|can be had|to be had': 'is available',
  'passenger|flight|flights|flight leg|journey|journeys|flown': 'pipeline, step or result',
}

/** Identifiers that hid what they held. */
const NAMES =
  /\b(?:PASSING|isPassing|retryPassing|whatIsToRun|whatExists|WHAT_IS_LEFT|whyNot|whyLeft|wordsOf|cannotBeHad|meantBy|watchOn|watchedFrom|insistence|byDigest)\b/g

/** Quotes of other tools, and words of other trades. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'CHANGELOG.md': ['`verify.told` is', '`verify.byDigest` is'],
}

const PATTERNS = Object.entries(WORDS).map(([words, instead]) => ({
  pattern: new RegExp(`\\b(?:${words})\\b`, 'g'),
  instead,
}))
const SELF = 'scripts/check/words.ts'

for (const file of globSync(FILES, { cwd: ROOT }).sort()) {
  if (file === SELF || file.includes('node_modules') || file.startsWith('test/fixtures/')) continue
  const allowed = ALLOWED[file] ?? []
  for (const [index, whole] of readFileSync(join(ROOT, file), 'utf8').split('\n').entries()) {
    const line = allowed.reduce((text, phrase) => text.replaceAll(phrase, ''), whole)
    for (const [found] of line.matchAll(NAMES))
      report(`${file}:${index + 1}: ${found}: say what it holds`)
    const words = inWords(line)
    for (const { pattern, instead } of PATTERNS) {
      for (const [found] of words.matchAll(pattern)) {
        report(`${file}:${index + 1}: "${found}": ${instead}`)
      }
    }
  }
}

/** In lower case, with the words of an identifier apart. */
function inWords(line: string): string {
  return line
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
}

function report(line: string): void {
  console.error(line)
  process.exitCode = 1
}
