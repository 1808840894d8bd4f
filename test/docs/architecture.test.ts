import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')

/** Every path in a code span; one with a placeholder stands for its folder. */
const PATHS = [...PAGE.matchAll(/`((?:src|scripts|test|docs)\/[^`]*)`/g)].map(([, path = '']) =>
  path.replace(/[^/]*<.*$/, ''),
)

function linesOf(file: string): readonly string[] {
  return readFileSync(join(ROOT, file), 'utf8').trimEnd().split('\n')
}

describe('docs/architecture.md', () => {
  it.each([...new Set(PATHS)])('names %s, which is there', (path) => {
    expect(existsSync(join(ROOT, path))).toBe(true)
  })

  it('reads one run in at most fifteen files', () => {
    const rows = [...PAGE.matchAll(/^\| (\d+) \| `/gm)].map(([, number]) => Number(number))
    expect(rows).toEqual(Array.from({ length: rows.length }, (_, index) => index + 1))
    expect(rows.length).toBeGreaterThan(9)
    expect(rows.length).toBeLessThanOrEqual(15)
  })

  it('has a row for every room', () => {
    const source = readFileSync(join(ROOT, 'scripts/check/imports.ts'), 'utf8')
    const [, table = ''] = /const MAY_IMPORT[^{]*\{\n(.*?)\n\}/s.exec(source) ?? []
    const layers = [...table.matchAll(/^ {2}'?([\w/-]+)'?: /gm)].map(([, layer = '']) => layer)
    const rooms = layers.filter((layer) => !['main', 'edge', 'door', 'helper-main'].includes(layer))
    expect(rooms.length).toBeGreaterThan(10)
    for (const room of rooms) expect(PAGE).toContain(`\`src/${room}/\``)
  })
})

describe('src/gate/gate.ts', () => {
  const lines = linesOf('src/gate/gate.ts')

  it('shows the pipeline on one screen', () => {
    expect(lines.length).toBeLessThanOrEqual(60)
  })

  it('goes through the steps in their order', () => {
    const text = lines.filter((line) => !/^(?:import|\s*\*)/.test(line)).join('\n')
    const calls = ['waitStep(', 'findUnchanged(', 'upgrade(', 'verifyStep(']
    const steps = ['extensionsStep(', 'migrateStep(']
    for (const names of [calls, steps]) {
      const places = names.map((name) => text.indexOf(name))
      expect(places).not.toContain(-1)
      expect(places).toEqual(places.toSorted((one, other) => one - other))
    }
  })
})
