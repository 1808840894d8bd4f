import type { FaultInFile } from '../../revisions/file/faults.ts'
import type { Folder, FolderReading, SourceFile } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import { faultyFile } from '../numbered.ts'
import { isNewForm, JOURNAL_FILE } from './drizzle.ts'
import { parseMigration } from './migration.ts'

/** What the journal names, in its order; other `.sql` files are passed over. */
export const DRIZZLE_FILES: FolderReading = {
  remedy:
    'Set PGATE_MIGRATIONS to the folder of the migrations (`out` in drizzle.config.ts), or write the first with `npx drizzle-kit generate`.',
  read: async (folder) => {
    if (!folder.names.includes(JOURNAL_FILE)) return []
    const journal = await folder.read(JOURNAL_FILE)
    return 'kind' in journal ? [journal] : readEntries(folder, journal)
  },
}

interface Entry {
  readonly tag: string
  readonly when: number
}

async function readEntries(folder: Folder, journal: SourceFile): Promise<readonly ParsedFile[]> {
  const { names, each } = folder
  const read = entriesOf(journal.text)
  const mixed = names.find(isNewForm)
  const faults = 'faults' in read ? read.faults : faultsOf(read.entries, journal.text, names)
  if (mixed !== undefined) faults.push(mixedForms(mixed))
  if ('faults' in read || faults.length > 0) {
    return faults.map((fault) => faultyFile(journal.file, fault))
  }
  const entries = new Map(read.entries.map((entry) => [`${entry.tag}.sql`, entry]))
  return each([...entries.keys()], (source) => {
    const { tag, when } = entries.get(source.name) ?? { tag: '', when: 0 }
    return parseMigration(source, { id: String(when), tag, when })
  })
}

function entriesOf(
  text: string,
): { readonly entries: readonly Entry[] } | { readonly faults: FaultInFile[] } {
  const remedy = 'put the file back as drizzle-kit wrote it'
  let journal: unknown
  try {
    journal = JSON.parse(text)
  } catch (error) {
    const line = lineAt(text, placeIn(text, String(error)))
    return { faults: [fault(line, 'this is no JSON', remedy)] }
  }
  const { dialect, entries } = Object(journal)
  if (dialect !== 'postgresql' && dialect !== 'pg') {
    const message = `found the dialect ${JSON.stringify(dialect)}: these migrations are not written for PostgreSQL`
    const instead = 'set PGATE_MIGRATIONS to the folder of the migrations for PostgreSQL'
    return { faults: [fault(lineOf(text, /"dialect"/g, 0), message, instead)] }
  }
  if (!Array.isArray(entries)) {
    return { faults: [fault(lineOf(text, /"entries"/g, 0), 'there is no list of entries', remedy)] }
  }
  const wrong = entries.findIndex((entry) => !isEntry(entry))
  if (wrong === -1) return { entries: entries.filter(isEntry) }
  const message = 'an entry without a `tag`, or whose `when` is no whole number of milliseconds'
  return { faults: [fault(lineOf(text, /"idx"/g, wrong), message, remedy)] }
}

/** Where V8 says that the JSON ends: at a position or, of a token, with ten characters around it. */
function placeIn(text: string, said: string): number {
  const position = /position (\d+)/.exec(said)?.[1]
  if (position !== undefined) return Number(position)
  const found = /token '(.+?)', (\.\.\.)?"(.*)"(?:\.\.\.)? is not valid/su.exec(said)
  const [, token = '', cut, around = ''] = found ?? []
  if (found === null) return text.length
  return text.indexOf(around) + (cut === undefined ? around.lastIndexOf(token) : 10)
}

function isEntry(entry: unknown): entry is Entry {
  const { tag, when } = Object(entry)
  return typeof tag === 'string' && tag !== '' && Number.isSafeInteger(when)
}

/** What names no file, and what Drizzle's table would mix up. */
function faultsOf(entries: readonly Entry[], text: string, names: readonly string[]) {
  const faults: FaultInFile[] = []
  const seen = new Map<number, string>()
  const tags = new Set<string>()
  for (const [index, { tag, when }] of entries.entries()) {
    const line = lineOf(text, /"tag"/g, index)
    if (!names.includes(`${tag}.sql`)) {
      const message = `the journal names ${tag}, and there is no ${tag}.sql`
      faults.push(fault(line, message, 'put the file back, or take the entry out'))
    }
    const other = seen.get(when)
    if (other !== undefined) {
      const message = `${tag} has the \`when\` of ${other}: Drizzle would run one of them alone`
      faults.push(fault(line, message, 'give the later one a `when` of its own'))
    }
    seen.set(when, tag)
    if (tags.has(tag)) {
      const message = `the journal names ${tag} twice: Drizzle would run it twice`
      faults.push(fault(line, message, 'take one of the entries out'))
    }
    tags.add(tag)
  }
  return faults
}

function mixedForms(path: string): FaultInFile {
  return {
    code: 'REVISION_HEADER',
    line: null,
    message: `the journal of Drizzle 0.x is still there, with ${path}, which is Drizzle 1.x`,
    remedy: 'run `npx drizzle-kit up`, which takes the folder over to 1.x',
  }
}

function fault(line: number, message: string, remedy: string): FaultInFile {
  return { code: 'REVISION_HEADER', line, message, remedy }
}

function lineOf(text: string, key: RegExp, index: number): number {
  return lineAt(text, [...text.matchAll(key)][index]?.index ?? 0)
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
