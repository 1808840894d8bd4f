import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's own revisions, the first of the real systems. */
export const MAI_MIGRATIONS = fileURLToPath(new URL('../../../migrations', import.meta.url))

/** A migrations folder made for one test. */
export interface RevisionFolder {
  readonly path: string
  /** Writes a file of the folder, whole; also into folders below it. */
  write(name: string, text: string | Uint8Array): Promise<void>
}

/** Lends a folder, empty or with a copy of another, and removes it afterwards. */
export async function withRevisionFolder<T>(
  use: (folder: RevisionFolder) => Promise<T>,
  copyOf?: string,
): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'pgate-revisions-'))
  try {
    if (copyOf !== undefined) await cp(copyOf, path, { recursive: true })
    const write = async (name: string, text: string | Uint8Array) => {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), text)
    }
    return await use({ path, write })
  } finally {
    await rm(path, { recursive: true, force: true })
  }
}

/** The text of a revision file. */
export function revisionText(revision: {
  readonly id: string
  readonly revises?: string
  readonly upgrade: string
  readonly downgrade?: string
  readonly transaction?: 'auto' | 'on' | 'off'
}): string {
  const { id, revises = 'none', upgrade, downgrade, transaction = 'auto' } = revision
  const back = downgrade === undefined ? '' : `-- pgate: downgrade\n${downgrade}\n`
  return `-- Revision ${id}
--
-- revision: ${id}
-- revises: ${revises}
-- transaction: ${transaction}

-- pgate: upgrade
${upgrade}
${back}`
}
