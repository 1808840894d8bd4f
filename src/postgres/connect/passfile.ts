import { readFileSync, statSync } from 'node:fs'
import { platform } from 'node:os'
import { plainFileFault } from '../../base/files.ts'
import { codeOf } from '../session/connection-lost.ts'

/** What a line of a password file is matched against. */
export interface PassfileKey {
  /** A name, an address, or the directory of a Unix socket, which `localhost` matches too. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
}

/**
 * The password of the first line that matches, or undefined. A line is
 * `host:port:database:user:password`; `*` matches everything, `\:` and `\\` stand for `:` and `\`,
 * and a line that starts with `#` is a comment.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 * @example passwordIn('*:*:*:app:secret', { host: 'db', port: 5432, database: 'x', user: 'app' })
 */
export function passwordIn(text: string, key: PassfileKey): string | undefined {
  const wanted = [hostNames(key.host), [String(key.port)], [key.database], [key.user]]
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const fields = fieldsOf(line)
    if (fields.length < 5) continue
    const matches = wanted.every((names, index) => {
      const field = fields[index] ?? ''
      return field === '*' || names.includes(unescaped(field))
    })
    if (matches) return unescaped(fields[4] ?? '')
  }
  return undefined
}

function hostNames(host: string): readonly string[] {
  return host.startsWith('/') ? [host, 'localhost'] : [host]
}

/** Cut at every `:` that no backslash stands before; escapes are kept. */
function fieldsOf(line: string): readonly string[] {
  return line.match(/(?<=^|:)(?:\\.|[^:\\]|\\$)*/g) ?? []
}

function unescaped(field: string): string {
  return field.replaceAll(/\\(.)/g, '$1')
}

/**
 * The text of a password file; undefined where there is none. As libpq does, one that is no plain
 * file, or that others may read, is left alone, and `warn` says so. Read at once: most have none, and
 * loading Node's promises for files takes longer than to see that.
 */
export function readPassfile(path: string, warn: (message: string) => void): string | undefined {
  try {
    const { mode, isFile } = plainStat(path)
    if (!isFile) {
      warn(`password file ${path} is not a plain file and was not read`)
      return undefined
    }
    if (platform() !== 'win32' && (mode & 0o077) !== 0) {
      warn(
        `password file ${path} may be read by group or others and was not read; run chmod 0600 on it`,
      )
      return undefined
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      warn(`password file ${path} cannot be read (${code})`)
    }
    return undefined
  }
}

function plainStat(path: string): { readonly mode: number; readonly isFile: boolean } {
  const found = statSync(path)
  const isFile = found.isFile() && plainFileFault(path) === undefined
  return { mode: found.mode, isFile }
}
