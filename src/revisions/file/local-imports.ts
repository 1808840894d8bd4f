import { dirname, relative, sep } from 'node:path'
import { readPlainFile } from '../../base/files.ts'
import { localFiles } from '../module/local-files.ts'

/** A local file that a module imports, itself or by way of others. */
interface LocalImport {
  /** As seen from the module's folder, with `/`: `lib/names.ts`. */
  readonly name: string
  readonly text: string
}

const COMMENT = String.raw`(?:\s|/\*[^]*?\*/)*`
const IMPORTED = new RegExp(
  String.raw`\b(?:from|import|require)\b${COMMENT}\(?${COMMENT}(["'\`])([^"'\`\n?#]+)[^"'\`\n]*\1`,
  'g',
)

/**
 * The local files that a module imports, by a relative name or by `paths` of its tsconfig.json, and those
 * that they import, in the order of their names. Found by the look of the text, so that an import that
 * runs later counts as well; a name with no file is left out, since the import itself fails.
 * @param path of the module, absolute
 */
export async function localImports(path: string, text: string): Promise<readonly LocalImport[]> {
  const folder = dirname(path)
  const files = localFiles()
  const found = new Map<string, string>([[path, text]])
  const follow = async (from: string, source: string): Promise<void> => {
    for (const [, , name = ''] of source.matchAll(IMPORTED)) {
      const file = files.find(name, from)
      if (file === undefined || found.has(file)) continue
      const bytes = await readPlainFile(file).catch(() => undefined)
      if (bytes === undefined) continue
      found.set(file, bytes.toString('utf8'))
      await follow(file, bytes.toString('utf8'))
    }
  }
  await follow(path, text)
  found.delete(path)
  return [...found]
    .map(([file, source]) => ({
      name: relative(folder, file).split(sep).join('/'),
      text: source,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}
