import type { Fault } from '../revisions/file/faults.ts'
import type { FaultyFile, Folder, SourceFile } from '../revisions/file/load.ts'
import type { ParsedFile } from '../revisions/file/parse-sql.ts'
import type { SqlBody } from '../revisions/file/revision.ts'
import { byNumber } from '../revisions/graph/history-rules.ts'

/** What the name of a file says, in folders whose files begin with a number. */
export interface NumberedName {
  /** Without leading zeros. */
  readonly version: string
  readonly title: string
  readonly direction: 'up' | 'down'
}

/** The files of one version, read. */
export interface NumberedFiles extends NumberedName {
  /** The first; its title is the version's. */
  readonly source: SourceFile
  /** Absent: `source` is a downgrade, and no other is there. */
  readonly up?: SourceFile
  readonly down?: SourceFile
}

/** A PostgreSQL bigint holds no more. */
const LARGEST = 2n ** 63n - 1n

/**
 * Reads the files of each version, in the order of their numbers; up and down are paired by the number
 * alone. Two of one number and direction are a fault of the second, as is a number beyond bigint.
 */
export async function readNumbered(
  { names, each, read }: Folder,
  nameOf: (file: string) => NumberedName,
  parse: (files: NumberedFiles) => ParsedFile,
): Promise<readonly ParsedFile[]> {
  const versions = Map.groupBy(names, (name) => nameOf(name).version)
  const ordered = [...versions].sort(([one], [other]) => byNumber(one, other))
  const kept = new Map<string, { readonly up?: string; readonly down?: string }>()
  const twice = new Map<string, string>()
  for (const [, files] of ordered) {
    const { up = [], down = [] } = Object.groupBy(files, (file) => nameOf(file).direction)
    for (const [first = '', ...others] of [up, down])
      for (const one of others) twice.set(one, first)
    const name = up[0] ?? down[0] ?? ''
    kept.set(name, { ...(up[0] && { up: up[0] }), ...(down[0] && { down: down[0] }) })
  }
  return each([...kept.keys(), ...twice.keys()], async (source) => {
    const named = nameOf(source.name)
    const first = twice.get(source.name)
    if (first !== undefined) return numberFault(source, `is that of ${first} already`)
    if (BigInt(named.version) > LARGEST) return numberFault(source, 'is larger than a bigint')
    const pair = kept.get(source.name) ?? {}
    const down =
      pair.up !== undefined && pair.down !== undefined ? await read(pair.down) : undefined
    if (down !== undefined && 'kind' in down) return down
    const up = pair.up === undefined ? {} : { up: source }
    return parse({ ...named, source, ...up, ...(down !== undefined && { down }) })
  })
}

function numberFault({ name, file }: SourceFile, what: string): FaultyFile {
  return faultyFile(file, {
    code: 'REVISION_DUPLICATE',
    line: null,
    message: `the number of ${name} ${what}`,
    remedy: 'give the file another number, unless it is a copy to be deleted',
  })
}

/** A file that is not read further. */
export function faultyFile(file: string, fault: Omit<Fault, 'file'>): FaultyFile {
  return { kind: 'faulty', file, faults: [{ ...fault, file }] }
}

/** All of a file, as one section of the revision whose first file is `own`. */
export function wholeOf({ text, file }: SourceFile, own: SourceFile): SqlBody {
  return Object.freeze({ kind: 'sql', text, line: 1, ...(file !== own.file && { file }) })
}
