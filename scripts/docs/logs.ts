import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { table } from './markdown.ts'

const ROOT = join(import.meta.dirname, '../..')
const [BEGIN, END] = ['<!-- events: made of src/base/events.ts by npm run docs -->', '<!-- end -->']

/** An event of the table in src/base/events.ts. */
export interface DocumentedEvent {
  readonly name: string
  readonly doc: string
  readonly fields: readonly string[]
}

/** What that table says, in its order. */
export function documentedEvents(): readonly DocumentedEvent[] {
  const source = readFileSync(join(ROOT, 'src/base/events.ts'), 'utf8')
  const [, rows = ''] = /interface Events \{\n(.*?)\n\}/s.exec(source) ?? []
  const row = /\/\*\* (.*?) \*\/\s+'?([\w.]+)'?:(.*?)(?=\n {2}\/\*\*|$)/gs
  return [...rows.matchAll(row)].map(([, doc = '', name = '', fields = '']) => ({
    name,
    doc: doc.replace(/\.$/, ''),
    fields: [...fields.matchAll(/'(\w+)'/g)].map(([, field = '']) => field),
  }))
}

/** docs/logs.md: what is written there by hand, around the table of events. */
export function logsPage(): string {
  const page = readFileSync(join(ROOT, 'docs/logs.md'), 'utf8')
  const [before = ''] = page.split(BEGIN)
  const [, after = ''] = page.split(END)
  const rows = documentedEvents().map(({ name, doc, fields }) => [
    `\`${name}\``,
    doc,
    fields.map((field) => `\`${field}\``).join(' '),
  ])
  return `${before}${BEGIN}\n\n${table(['event', 'says', 'fields'], rows)}\n\n${END}${after}`
}
