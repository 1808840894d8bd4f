import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { page, writtenFrom } from './markdown.ts'

const FOLDER = join(import.meta.dirname, '../../docs/decisions')

/** The order of the index. */
const TOPICS = [
  'The gate and its contract',
  'Waiting and connecting',
  'The lock',
  'Applying revisions',
  'The journal',
  'Verifying the schema',
  'Authoring',
  'Fleets',
  'The sidecar',
  'The library',
  'The source',
  'The build and the image',
  'Performance',
  'The tests',
]

interface DecisionRecord {
  readonly file: string
  readonly title: string
  readonly status: string
  readonly date: string
  readonly topic: string
}

/** docs/decisions/README.md: every record by its topic, with its status. */
export function decisionsPage(): string {
  const records = readRecords()
  return page([
    '# Decisions',
    writtenFrom('the records in docs/decisions'),
    'One page each: what was decided, why, and what was rejected. A number is never used twice.',
    `Each begins with its title and a line \`Status: … . Date: … . Topic: … .\`. The status is accepted, amended by or
superseded by another record or page.`,
    ...TOPICS.flatMap((topic) => section(topic, records)),
  ])
}

/** Every record, in the order of the numbers. */
function readRecords(): readonly DecisionRecord[] {
  return readdirSync(FOLDER)
    .filter((file) => /^\d{4}-.*\.md$/.test(file))
    .sort()
    .map((file) => parseRecord(file, readFileSync(join(FOLDER, file), 'utf8')))
}

/** The head of a record; throws where it has no status, date or known topic. */
export function parseRecord(file: string, text: string): DecisionRecord {
  const head = /^# (\d{4}: .+)\n\nStatus: (.+?)\. Date: (\d{4}-\d\d-\d\d)\. Topic: (.+)\.\n\n/
  const [, title, status, date, topic] = head.exec(text) ?? []
  if (title === undefined || status === undefined || date === undefined || topic === undefined) {
    throw new Error(`${file} does not begin with its title and "Status: … . Date: … . Topic: … ."`)
  }
  if (!file.startsWith(title.slice(0, 4))) throw new Error(`${file} has the number of another`)
  if (!/^(accepted|amended by|superseded by)\b/.test(status)) {
    throw new Error(`${file} has the unknown status "${status}"`)
  }
  if (!TOPICS.includes(topic)) throw new Error(`${file} has the unknown topic "${topic}"`)
  return { file, title, status, date, topic }
}

function section(topic: string, records: readonly DecisionRecord[]): readonly string[] {
  const lines = records
    .filter((record) => record.topic === topic)
    .map(({ file, title, status, date }) => `- [${title}](${file}) (${date}, ${status})`)
  return lines.length === 0 ? [] : [`## ${topic}`, lines.join('\n')]
}
