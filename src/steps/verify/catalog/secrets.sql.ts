/** Part of an option's or a setting's name that says that its value is nobody's business. */
const SECRET = 'passw|passfile|secret|token|credential|private|apikey|(^|[._-])key$'

/** A text `name=value`, with `…` in place of a value that may be a secret: it never leaves the server. */
export function withoutSecret(item: string): string {
  return /* SQL */ `case when split_part(${item}, '=', 1) ~* '${SECRET}'
                         then split_part(${item}, '=', 1) || '=…' else ${item} end`
}

/**
 * Such texts as a JSON list in order; null where there is none.
 * @param list an expression of type text[]
 */
export function withoutSecrets(list: string): string {
  return /* SQL */ `(
    select jsonb_agg(${withoutSecret('item')} order by item collate "C") from unnest(${list}) as item)`
}
