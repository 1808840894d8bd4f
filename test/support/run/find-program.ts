import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Where a program is looked for. */
export interface Wanted {
  /** A path from the environment: then only that one counts. */
  readonly given: string | undefined
  /** On the PATH, the first that there is. */
  readonly names: readonly string[]
  /** Other places where it usually is. */
  readonly paths?: readonly string[]
}

/** The path of a program, where this machine has it. */
export async function findProgram({ given, names, paths = [] }: Wanted) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const usual = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...paths]
  for (const path of given ? [given] : usual) {
    if (await isProgram(path)) return path
  }
  return undefined
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
