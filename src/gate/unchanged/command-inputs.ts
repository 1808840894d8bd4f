import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Config, invalidConfig } from '../../config/config.ts'
import { INDEX_FILE, MANIFEST, readContents } from './folder-index.ts'

/** What of the configuration says what a migrator works with. */
export type InputsConfig = Pick<Config, 'migrations' | 'migrateCommand' | 'migrateInputs'>

/** A file or a folder, with the sizes of its files by their names. */
interface Input {
  readonly folder: string
  readonly sizes: Readonly<Record<string, number>>
}

/**
 * What a migrator works with: PGATE_MIGRATIONS, PGATE_MIGRATE_INPUTS and the files that the command's words name.
 * Undefined where nothing says it: it is started then.
 * @throws {GateError} CONFIG_INVALID for an input that cannot be read
 */
export function commandInputs(config: InputsConfig): readonly Input[] | undefined {
  const { migrations, migrateCommand = [], migrateInputs } = config
  const isThere = found(migrations)?.isDirectory() === true
  const folder = isThere ? [inputAt(migrations, 'PGATE_MIGRATIONS')] : []
  const named = migrateInputs.map((path) => inputAt(path, 'PGATE_MIGRATE_INPUTS'))
  const says = [...folder, ...named].some(({ sizes }) => Object.keys(sizes).some(isTheirs))
  return says ? [...folder, ...named, ...scriptsIn(migrateCommand)] : undefined
}

/**
 * SHA-256 in hex of a migrator's command and of all that its inputs hold, whatever their places; undefined
 * where one of them was changed while it was read.
 */
export async function commandFingerprint(
  words: readonly string[],
  inputs: readonly Input[],
): Promise<string | undefined> {
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256').update(JSON.stringify(words))
  for (const { folder, sizes } of inputs) {
    const contents = await readContents(folder, sizes)
    if (contents === undefined) return undefined
    hash.update(`\0${contents}`)
  }
  return hash.digest('hex')
}

/** A manifest says nothing of what the migrator would do. */
function isTheirs(name: string): boolean {
  return name !== MANIFEST && name !== INDEX_FILE
}

/** Undefined where it cannot be looked at: a word may be anything. */
function found(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return undefined
    throw error
  }
}

/** Larger ones are programs, whose versions come with the image. */
const MOST_SCRIPT_BYTES = 1024 * 1024

/** `./migrate.sh`, `manage.py`, `-c alembic.ini`: what the words name is read, too. */
function scriptsIn(words: readonly string[]): readonly Input[] {
  return words.flatMap((word) => {
    const file = found(word)
    const isScript = file?.isFile() === true && file.size <= MOST_SCRIPT_BYTES
    return isScript ? [{ folder: dirname(word), sizes: { [basename(word)]: file.size } }] : []
  })
}

/** @throws {GateError} CONFIG_INVALID */
function inputAt(path: string, variable: string): Input {
  try {
    return found(path)?.isDirectory() === true
      ? { folder: path, sizes: Object.fromEntries(filesBelow(path)) }
      : { folder: dirname(path), sizes: { [basename(path)]: statSync(path).size } }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error
    const why = error.code === 'ENOENT' ? 'is not there' : `cannot be read (${error.code})`
    const message = `${path} ${why}; name files and folders that the migrator reads`
    throw invalidConfig([{ variable, message }])
  }
}

/** What Python and Node.js leave there, and what begins with a dot, decides nothing. */
const LEFT_OUT = /^\.|^__pycache__$|^node_modules$|\.pyc$/

/** @param above what is looked into at this moment: a link may lead back to it */
function filesBelow(
  root: string,
  below = '',
  above: readonly string[] = [],
): readonly (readonly [name: string, size: number])[] {
  const here = realpathSync(join(root, below))
  if (above.includes(here)) return []
  return readdirSync(here)
    .filter((name) => !LEFT_OUT.test(name))
    .toSorted()
    .flatMap((entry) => {
      const name = below === '' ? entry : `${below}/${entry}`
      const file = found(`${here}/${entry}`)
      if (file?.isFile() === true) return [[name, file.size] as const]
      return file?.isDirectory() === true ? filesBelow(root, name, [...above, here]) : []
    })
}
