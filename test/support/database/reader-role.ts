import { queryRows } from './query.ts'

/**
 * Lends a role that may log in and read the named tables of the schema `public`, and nothing else
 * than what everybody may; `use` is given its URL.
 */
export async function withReader<T>(
  url: string,
  { role, tables }: { readonly role: string; readonly tables: readonly string[] },
  use: (url: string) => Promise<T>,
): Promise<T> {
  await queryRows(
    url,
    `create role "${role}" login password 'reads-only';
     grant select on ${tables.join(', ')} to "${role}"`,
  )
  const its = new URL(url)
  its.username = role
  its.password = 'reads-only'
  try {
    return await use(its.href)
  } finally {
    await queryRows(url, `drop owned by "${role}"; drop role "${role}"`)
  }
}
