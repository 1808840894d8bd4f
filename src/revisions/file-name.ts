/** A path's last part. */
export function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

/**
 * What a file's name says of its revision, for one whose text says nothing: the words after the id,
 * or the whole name without its ending.
 *
 * @example messageOf('migrations/20251018_0230_972fc63ffb69_add_users.sql', '972fc63ffb69') // add users
 */
export function messageOf(file: string, id: string): string {
  const stem = nameOf(file).replace(/\.[^.]*$/, '')
  const at = stem.indexOf(id)
  const after = at === -1 ? stem : stem.slice(at + id.length)
  const words = after.split(/[_\s]/).filter((word) => word !== '')
  return words.length === 0 ? stem : words.join(' ')
}
