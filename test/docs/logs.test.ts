import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from '@typescript/old'
import { describe, expect, it } from 'vitest'
import { documentedEvents } from '../../scripts/docs/logs.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The calls of a log in the sources: the event, and the fields that it names. */
function logged(): readonly { readonly event: string; readonly fields: readonly string[] }[] {
  return globSync('src/**/*.ts', { cwd: ROOT }).flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    if (!/\.(?:debug|info|warn|error)\(/.test(text)) return []
    const found: { event: string; fields: string[] }[] = []
    const visit = (node: ts.Node): void => {
      if (
        ts.isCallExpression(node) &&
        /\.(?:debug|info|warn|error)$/.test(node.expression.getText())
      ) {
        const [event, , fields] = node.arguments
        if (event !== undefined && ts.isStringLiteral(event)) {
          const named = fields && ts.isObjectLiteralExpression(fields) ? fields.properties : []
          found.push({
            event: event.text,
            fields: named.flatMap(({ name }) => name?.getText() ?? []),
          })
        }
      }
      ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))
    return found
  })
}

describe('docs/logs.md', () => {
  const events = new Map(documentedEvents().map((event) => [event.name, event]))

  it('has every field that the sources log with an event', () => {
    const calls = logged()
    expect(calls.length).toBeGreaterThan(60)
    const missing = calls.flatMap(({ event, fields }) =>
      fields
        .filter((field) => events.get(event)?.fields.includes(field) !== true)
        .map((field) => `${event}: ${field}`),
    )
    expect(missing).toEqual([])
  })

  it('calls no time that something took anything but durationMs', () => {
    const times = [...events.values()].flatMap(({ fields }) =>
      fields.filter((field) => field.endsWith('Ms')),
    )
    const ongoing = ['elapsedMs', 'leftMs', 'pauseMs', 'inTheWayMs']
    expect(new Set(times)).toEqual(new Set(['durationMs', ...ongoing]))
  })

  it('has no event twice, and a sentence for each', () => {
    expect(events.size).toBe(documentedEvents().length)
    expect(events.size).toBeGreaterThan(80)
    for (const { doc } of events.values()) expect(doc).toMatch(/^[A-Z]/)
  })
})
