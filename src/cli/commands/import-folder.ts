import { counted } from '../../base/words.ts'
import type { FormatName } from '../../formats/format.ts'
import { type FolderImportResult, importFolder } from '../../formats/import-folder.ts'
import type { CommandContext, CommandOutput } from '../command.ts'

/** What `pgate import <format>` was given. */
export interface FolderImportOptions {
  readonly format: FormatName
  readonly folder: string | undefined
  readonly output?: string
  readonly force?: boolean
}

/** Turns a tool's folder into revision files, and says what could not be carried over. */
export async function importToolFolder(
  { config }: CommandContext,
  { format, folder, output, force = false }: FolderImportOptions,
): Promise<CommandOutput> {
  const { migrations, environment } = config
  const directory = output ?? migrations
  const result = await importFolder({
    ...{ format, folder: folder ?? migrations, directory, force },
    ...(environment && { environment }),
  })
  const { files } = result
  const width = Math.max(...files.map(({ state }) => state.length))
  return {
    json: { ...result, directory },
    lines: [
      ...files.map(({ state, file }) => `${state.padEnd(width)}  ${file}`),
      ...notes(result, format),
    ],
    verdict: `${counted(files.length, 'revision')} of ${format} in ${directory} (head: ${result.heads.join(', ')}). Next: PGATE_MIGRATIONS=${directory} pgate manifest; then, once on each database that ${format} has brought to its last file: PGATE_MIGRATIONS=${directory} pgate stamp head`,
  }
}

function notes({ opaque, repeatable, variables }: FolderImportResult, format: string): string[] {
  const note = (names: readonly string[], what: string) =>
    names.length === 0 ? [] : [`note: ${what}: ${names.join(', ')}`]
  return [
    ...note(opaque, 'not SQL, and a statement that fails stands for it until you write it'),
    ...note(repeatable, `${format} runs it again when it has changed; pgate runs it once`),
    ...note(variables, 'the values of these variables stand in the files now'),
  ]
}
