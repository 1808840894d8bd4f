import type { FolderReading } from '../../revisions/file/load.ts'
import { faultyFile } from '../numbered.ts'
import { inOrder, JOURNAL_FILE } from './drizzle.ts'
import { parseMigration } from './migration.ts'

/** Every folder that holds a `migration.sql`, in the order of their names. */
export const DRIZZLE_1_FILES: FolderReading = {
  remedy:
    'Set PGATE_MIGRATIONS to the folder of the migrations (`out` in drizzle.config.ts), or write the first with `npx drizzle-kit generate`.',
  read: async ({ names, directory, each }) => {
    if (names.includes(JOURNAL_FILE)) {
      return [
        faultyFile(`${directory}/${JOURNAL_FILE}`, {
          code: 'REVISION_HEADER',
          line: null,
          message: 'the journal of Drizzle 0.x, which Drizzle 1.x refuses',
          remedy: 'run `npx drizzle-kit up`, which takes the folder over to 1.x',
        }),
      ]
    }
    return each(names.toSorted(inOrder), (source) => {
      const id = source.name.slice(0, -'/migration.sql'.length)
      const when = stampOf(id)
      if (when !== undefined) return parseMigration(source, { id, tag: id, when, name: id })
      return faultyFile(source.file, {
        code: 'REVISION_HEADER',
        line: null,
        message: "the folder's name does not begin with a time (YYYYMMDDhhmmss)",
        remedy: 'name it as drizzle-kit does: <14 digits>_<name>',
      })
    })
  },
}

/** Milliseconds, as Drizzle reads the name: in UTC. */
function stampOf(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name)?.map(Number) ?? []
  if (year === undefined || month === undefined) return undefined
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
