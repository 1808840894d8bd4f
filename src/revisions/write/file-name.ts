import { createdTime } from '../file/identifiers.ts'

/** Longer slugs are cut at a word, as Alembic cuts them. */
const MAX_SLUG = 40

/**
 * A message as part of a file's name: its letters and digits, lower-case, without accents, words
 * joined by `_`; at most 40 characters. Empty where the message has neither letter nor digit.
 *
 * @example slugOf("Fill the user's e-mail") // fill_the_user_s_e_mail
 */
export function slugOf(message: string): string {
  const plain = message.normalize('NFKD').replaceAll(/\p{Mn}/gu, '')
  const words =
    plain
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  const slug = [...words.join('_')]
  if (slug.length <= MAX_SLUG) return slug.join('')
  const cut = slug.slice(0, MAX_SLUG + 1).lastIndexOf('_')
  return slug.slice(0, cut > 0 ? cut : MAX_SLUG).join('')
}

/**
 * The name of a new SQL revision file: `YYYYMMDD_HHMM_<id>_<slug>.sql`, in UTC. What is not known
 * (no `created`, nothing to say in the message) is left out with its `_`.
 *
 * @param named `id` is a checked one ({@link idProblem}), so that no name leaves its folder;
 *   `created` is ISO 8601
 * @example revisionFileName({ created: '2025-10-18T02:30:00Z', id: '972fc63ffb69', message: 'Users' })
 *   // 20251018_0230_972fc63ffb69_users.sql
 */
export function revisionFileName(named: {
  readonly created?: string
  readonly id: string
  readonly message: string
}): string {
  const parts = [minuteOf(named.created), named.id, slugOf(named.message)]
  return `${parts.filter((part) => part !== '').join('_')}.sql`
}

function minuteOf(created: string | undefined): string {
  const time = created === undefined ? undefined : createdTime(created)
  if (time === undefined) return ''
  const digits = new Date(time).toISOString().replaceAll(/\D/g, '')
  return `${digits.slice(0, 8)}_${digits.slice(8, 12)}`
}
