/** The ways to log in that require_auth can name. @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-REQUIRE-AUTH */
export const AUTH_METHODS = [
  'password',
  'md5',
  'gss',
  'sspi',
  'scram-sha-256',
  'oauth',
  'none',
] as const
export type AuthMethod = (typeof AUTH_METHODS)[number]

/** The methods that are allowed, or what is wrong with the text. */
export type RequireAuth =
  | { readonly allowed: readonly AuthMethod[] }
  | { readonly found: string; readonly remedy: string }

/**
 * Reads require_auth as libpq does: a comma-separated list of methods that will do, or of methods
 * with `!` in front of which none will do; `none` stands for no request at all. Pure.
 *
 * @example parseRequireAuth('!password,!md5')
 */
export function parseRequireAuth(text: string): RequireAuth {
  const words = text.split(',')
  const negated = words.filter((word) => word.startsWith('!')).length
  if (negated !== 0 && negated !== words.length) {
    return {
      found: `${JSON.stringify(text)} mixes methods with and without !`,
      remedy: 'name those that will do, or those that will not',
    }
  }
  const named: AuthMethod[] = []
  for (const word of words) {
    const method = AUTH_METHODS.find((one) => one === word.replace(/^!/, ''))
    if (method === undefined) {
      const remedy = `write any of ${AUTH_METHODS.join(', ')}, each with ! in front where it will not do`
      return { found: `found ${JSON.stringify(word)}`, remedy }
    }
    if (named.includes(method)) {
      return { found: `${method} is there twice`, remedy: 'name each method once' }
    }
    named.push(method)
  }
  const allowed = AUTH_METHODS.filter((method) => named.includes(method) === (negated === 0))
  return { allowed }
}
