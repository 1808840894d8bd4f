import type { Config } from '../../config/config.ts'
import { formatOf } from '../../formats/formats.ts'
import type { FilesConfig, RevisionFiles } from '../revision-files.ts'
import type { InputsConfig } from './command-inputs.ts'
import {
  type FolderIndex,
  hasIndexedContents,
  hasIndexedNames,
  NO_INDEX,
  readIndex,
} from './folder-index.ts'

/** A migrations folder, of which no more is read than a start turns out to need. */
export interface MigrationsFolder {
  readonly index: FolderIndex
  /** Whether the index is true of the files; reads what they contain, once. */
  readonly isAsIndexed: () => Promise<boolean>
  /**
   * Reads revisions and manifest, once.
   * @throws {GateError} REVISION_*, MANIFEST_INVALID
   */
  readonly files: () => Promise<RevisionFiles>
  /** Where another program migrates: of what it works with, read once. @see commandFingerprint */
  readonly command?: () => Promise<string | undefined>
}

/** What of the configuration decides about the files. */
type FolderConfig = FilesConfig & InputsConfig & Pick<Config, 'target'>

/**
 * Opens the folder. Where its index names other files than are there, or there is none, all are
 * read at once, so that whatever is wrong with them is found before the database is touched.
 * A target that no database could make sense of is refused as soon as the files are read.
 * @throws {GateError} REVISION_*, MANIFEST_INVALID
 */
export async function openMigrations(config: FolderConfig): Promise<MigrationsFolder> {
  const { migrations: directory, migrateCommand } = config
  if (migrateCommand !== undefined) return foreignFolder(config)
  const { files: own, readsBeyond } = formatOf(config)
  const index = readsBeyond?.(config) === true ? undefined : readIndex(directory)
  if (index !== undefined && (await hasIndexedNames(directory, own, index))) {
    const isAsIndexed = once(() => hasIndexedContents(directory, index))
    const files = once(() => readFiles(config))
    return Object.freeze({ index, isAsIndexed, files })
  }
  const files = await readFiles(config)
  const { indexOf } = await import('../revision-files.ts')
  return Object.freeze({
    index: await indexOf(config, files),
    isAsIndexed: async () => true,
    files: async () => files,
  })
}

/** What another migrator works with. Its own files are read where the manifest is wanted. */
async function foreignFolder(config: FolderConfig): Promise<MigrationsFolder> {
  const { commandFingerprint, commandInputs } = await import('./command-inputs.ts')
  const inputs = commandInputs(config)
  const command = once(
    async () => inputs && commandFingerprint(config.migrateCommand ?? [], inputs),
  )
  const isAsIndexed = async () => (await command()) !== undefined
  const files = once(async () => {
    const { readRevisionFiles } = await import('../revision-files.ts')
    return { ...(await readRevisionFiles(config)), command: await command() }
  })
  return Object.freeze({ index: NO_INDEX, isAsIndexed, files, command })
}

async function readFiles(config: FolderConfig): Promise<RevisionFiles> {
  const [{ readRevisionFiles }, { checkTarget }] = await Promise.all([
    import('../revision-files.ts'),
    import('../../revisions/target/plan.ts'),
  ])
  const files = await readRevisionFiles(config)
  checkTarget(files.graph, config.target)
  return files
}

function once<T>(act: () => T): () => T {
  let result: { readonly value: T } | undefined
  return () => {
    result ??= { value: act() }
    return result.value
  }
}
