import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ts from '@typescript/old'
import { ROOT } from '../docker/image.ts'

/** What the source may print: its strings, and the parts of its templates between values. */
export function printedWords(): readonly string[] {
  const found = new Set<string>()
  for (const file of globSync('src/**/*.ts', { cwd: ROOT })) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    const visit = (node: ts.Node): void => {
      if (isText(node)) {
        for (const line of node.text.split('\n'))
          found.add(line.replaceAll(/\s+/g, ' ').replace(/:$/, ''))
      }
      ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest))
  }
  // One word, or part of one, may stand anywhere.
  return [...found].filter((text) => /\w\W+\w|\w{9}|[A-Z_]{6}/.test(text))
}

function isText(node: ts.Node): node is ts.LiteralLikeNode {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddleOrTemplateTail(node)
  )
}

/** What stands in a text between these: values, or words that nothing prints. */
export function otherRuns(text: string, words: readonly string[]): readonly string[] {
  const line = text.replaceAll(/\s+/g, ' ')
  const isPrinted = new Uint8Array(line.length)
  for (const word of words) {
    for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
      isPrinted.fill(1, at, at + word.length)
    }
  }
  const rest = [...line].map((letter, at) => (isPrinted[at] === 1 ? '\0' : letter)).join('')
  return rest.split(/\0+/).map((run) => run.trim())
}
