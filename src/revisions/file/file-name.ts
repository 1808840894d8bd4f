/** A path's last part. */
export function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

/**
 * What a file's name says of its revision, for one whose text says nothing: the words after the id,
 * or the whole name without its ending.
 *
 * @example messageInName('migrations/20251018_0230_972fc63ffb69_add_users.sql', '972fc63ffb69') // add users
 */
export function messageInName(file: string, id: string): string {
  const stem = nameOf(file).replace(/\.[^.]*$/, '')
  const at = stem.indexOf(id)
  const after = at === -1 ? stem : stem.slice(at + id.length)
  const words = after.split(/[_\s]/).filter((word) => word !== '')
  return words.length === 0 ? stem : words.join(' ')
}

/** A name may hold a line feed; a file that is passed over for it would be missed by nobody. */
const REVISION_FILE = /^[^.].*\.(?:sql|ts|mts|js|mjs)$/s
const DECLARATION = /\.d\.m?ts$/

/** Whether a file of this name is taken for a revision: not declarations, nor hidden files. */
export function isRevisionFile(name: string): boolean {
  return REVISION_FILE.test(name) && !DECLARATION.test(name)
}

/** `20240131120000` is a time; any other number is none. */
export function timeInDigits(id: string): string | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(id) ?? []
  if (year === undefined) return undefined
  const created = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
  return Number.isNaN(Date.parse(created)) ? undefined : created
}
