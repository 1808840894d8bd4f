import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from './settings.ts'

/**
 * The version files of a folder, as paths in it, sorted. The folder is Alembic's script directory
 * (with `env.py`), or one whose alembic.ini names it, or that of the versions themselves.
 * @throws {GateError} REVISION_HEADER for an alembic.ini that leads nowhere
 * @throws what the file system throws
 */
export function versionFiles(directory: string): readonly string[] {
  const { folders, isRecursive } = locationsOf(directory)
  const files = folders.flatMap((folder) => {
    const isThere = folder === '.' || existsSync(join(directory, folder))
    return isThere ? [...filesIn(directory, folder, isRecursive)] : []
  })
  return [...new Set(files)].sort()
}

function* filesIn(directory: string, folder: string, isRecursive: boolean): Generator<string> {
  for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (!entry.isDirectory() && isVersionFile(entry.name)) yield path
    if (isRecursive && entry.isDirectory() && !entry.name.endsWith('__pycache__')) {
      yield* filesIn(directory, path, isRecursive)
    }
  }
}

/** As Alembic decides it: an editor's lock is none, nor the package's own file. */
function isVersionFile(name: string): boolean {
  return /^(?!\.#|__init__).*\.py$/.test(name)
}

interface Locations {
  readonly folders: readonly string[]
  readonly isRecursive: boolean
}

function locationsOf(directory: string): Locations {
  const isScripts = ['env.py', 'versions'].some((name) => existsSync(join(directory, name)))
  const { script, versions = [], isRecursive = false } = readSettings(directory) ?? {}
  if (versions.length > 0) return { folders: versions, isRecursive }
  // Flask-Migrate's alembic.ini stands next to env.py and names no place.
  const scripts = script ?? (isScripts ? '.' : undefined)
  return { folders: [scripts === undefined ? '.' : join(scripts, 'versions')], isRecursive }
}
