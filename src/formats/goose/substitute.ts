/** Values by name; one that is not set is absent. */
export type Variables = Readonly<Record<string, string | undefined>>

const PARTS =
  /\\\\|\\\$|\$\$|\$\(|\$\{(?<braced>\p{L}[\p{L}\p{N}_]*)(?:(?<operator>:?-)(?<value>[^}$\\]*))?\}|\$(?<plain>\p{L}[\p{L}\p{N}_]*)|\$(?=.)/gu

/**
 * A line with the values of its variables, by the rules that goose's ENVSUB has: one that is not set
 * is empty. Undefined where a `$` begins none of the forms that are known here.
 */
export function substitute(line: string, variables: Variables): string | undefined {
  let isKnown = true
  const text = line.replaceAll(PARTS, (part, ...groups) => {
    const {
      braced,
      operator,
      value = '',
      plain,
    } = groups.at(-1) as Record<string, string | undefined>
    const name = braced ?? plain
    if (name !== undefined) {
      const found = variables[name]
      const isDefault = operator === ':-' ? !found : found === undefined
      return isDefault ? value : (found ?? '')
    }
    if (part === '\\$' || part === '$$') return '$'
    if (part === '$') isKnown = false
    return part
  })
  return isKnown ? text : undefined
}
