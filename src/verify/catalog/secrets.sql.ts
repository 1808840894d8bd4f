/** Part of an option's or a setting's name that says that its value is nobody's business. */
const SECRET = 'passw|passfile|secret|token|credential|private|apikey|(^|[._-])key$'

/**
 * `name=value` texts in order, with `=…` in place of every value that may be a secret: it never
 * leaves the server. Null where there is none.
 * @param list an expression of type text[]
 */
export function withoutSecrets(list: string): string {
  return /* SQL */ `(
    select jsonb_agg(case when split_part(item, '=', 1) ~* '${SECRET}'
                          then split_part(item, '=', 1) || '=…' else item end
                     order by item collate "C")
      from unnest(${list}) as item)`
}
