import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { GateError } from '../../errors/error.ts'
import { notWritten } from '../../revisions/write/new-file.ts'
import type { ImportFile } from './import-files.ts'

/** What became of a file; `replaced` only with `force`. */
export interface WrittenFile {
  readonly revision: string
  readonly file: string
  readonly state: 'written' | 'unchanged' | 'replaced'
}

/**
 * Writes the files of an import, all or none; one that says the same already is left alone.
 * @throws {GateError} REVISION_NOT_WRITTEN where one says something else and `force` is not given,
 *   and where the folder cannot be written to
 */
export async function writeImport(
  directory: string,
  files: readonly ImportFile[],
  force: boolean,
): Promise<readonly WrittenFile[]> {
  const compared = await Promise.all(files.map(compare))
  const changed = compared.filter(({ state }) => state === 'replaced')
  if (changed.length > 0 && !force) throw wouldReplace(changed, await losesDowngrade(changed))
  const toWrite = compared.filter(({ state }) => state !== 'unchanged')
  if (toWrite.length > 0) {
    await writeAll(directory, toWrite).catch((error: unknown) => {
      throw notWritten(directory, error)
    })
  }
  return compared.map(({ revision, path, state }) => ({ revision, file: path, state }))
}

interface Compared extends ImportFile {
  readonly state: WrittenFile['state']
}

async function compare(file: ImportFile): Promise<Compared> {
  try {
    const text = await readFile(file.path, 'utf8')
    return { ...file, state: text === file.text ? 'unchanged' : 'replaced' }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!missing) throw notWritten(file.path, error)
    return { ...file, state: 'written' }
  }
}

/** First next to their places, under a hidden name that is never read; then each into its own. */
async function writeAll(directory: string, files: readonly Compared[]): Promise<void> {
  await mkdir(directory, { recursive: true })
  const stage = await mkdtemp(join(directory, '.pgate-import-'))
  try {
    for (const { path, text } of files) await writeFile(join(stage, basename(path)), text)
    await moveAll(stage, files)
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

async function moveAll(stage: string, files: readonly Compared[]): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  try {
    for (const { path, state } of files) {
      const staged = join(stage, basename(path))
      const kept = `${staged}.kept`
      if (state === 'replaced') {
        await rename(path, kept)
        undo.push(() => rename(kept, path))
      }
      await rename(staged, path)
      undo.push(() => rm(path))
    }
  } catch (error) {
    for (const step of undo.toReversed()) await step()
    throw error
  }
}

/** Whether some file has a downgrade that its new text lacks. */
async function losesDowngrade(files: readonly Compared[]): Promise<boolean> {
  const isLost = files.map(async ({ path, text }) => {
    const kept = await readFile(path, 'utf8')
    return kept.includes(DOWNGRADE_MARKER) && !text.includes(DOWNGRADE_MARKER)
  })
  return (await Promise.all(isLost)).includes(true)
}

const DOWNGRADE_MARKER = '\n-- pgate: downgrade'

function wouldReplace(files: readonly Compared[], losesDowngrades: boolean): GateError {
  const paths = files.map(({ path }) => path)
  const list = paths.map((path) => `  ${path}`).join('\n')
  return new GateError(
    'REVISION_NOT_WRITTEN',
    `the import would replace what ${paths.length === 1 ? 'this file says' : 'these files say'}:\n${list}`,
    {
      facts: { files: paths },
      hint: losesDowngrades
        ? 'They hold downgrades, which this import does not: run alembic downgrade head:base --sql > down.sql and add --downgrade down.sql; nothing was written.'
        : 'Give --force to replace them, or import into another folder (--output) and compare; nothing was written.',
    },
  )
}
