import { dirname, join, relative, sep } from 'node:path'
import { readPlainFile } from '../../base/files.ts'

/** A local file that a module imports, itself or by way of others. */
interface LocalImport {
  /** As seen from the module's folder, with `/`: `lib/names.ts`. */
  readonly name: string
  readonly text: string
}

const COMMENT = String.raw`(?:\s|/\*[^]*?\*/)*`
const RELATIVE = new RegExp(
  String.raw`\b(?:from|import|require)\b${COMMENT}\(?${COMMENT}(["'\`])(\.{1,2}/[^"'\`\n]+)\1`,
  'g',
)

/** What a TypeScript file may be imported as, and what may be left out of a name. */
const SPELLED: Readonly<Record<string, string>> = { js: 'ts', mjs: 'mts', cjs: 'cts', jsx: 'tsx' }
const ENDINGS = ['ts', 'mts', 'cts', 'tsx', 'js', 'mjs', 'cjs', 'jsx', 'json']

/**
 * The local files that a module imports by a relative name, and those that they import, in the order
 * of their names. Found by the look of the text, so that an import that runs later counts as well; a
 * name with no file is left out, since the import itself fails.
 * @param path of the module, absolute
 */
export async function localImports(path: string, text: string): Promise<readonly LocalImport[]> {
  const folder = dirname(path)
  const found = new Map<string, string>([[path, text]])
  const follow = async (from: string, source: string): Promise<void> => {
    for (const [, , name = ''] of source.matchAll(RELATIVE)) {
      const file = await readFirst(candidates(join(dirname(from), name.replace(/[?#].*$/, ''))))
      if (file === undefined || found.has(file.path)) continue
      found.set(file.path, file.text)
      await follow(file.path, file.text)
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

function candidates(path: string): readonly string[] {
  const ending = /\.([cm]?jsx?)$/.exec(path)?.[1] ?? ''
  const typed = SPELLED[ending]
  return [
    path,
    ...(typed === undefined ? [] : [path.slice(0, -ending.length) + typed]),
    ...ENDINGS.map((one) => `${path}.${one}`),
    ...ENDINGS.map((one) => join(path, `index.${one}`)),
  ]
}

async function readFirst(
  paths: readonly string[],
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  for (const path of paths) {
    const bytes = await readPlainFile(path).catch(() => undefined)
    if (bytes !== undefined) return { path, text: bytes.toString('utf8') }
  }
  return undefined
}
