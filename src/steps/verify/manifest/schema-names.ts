/** A schema's name in printed SQL, and the one that is to stand in its place. */
export interface Renaming {
  readonly from: string
  readonly to: string
  /** `to` as the server prints it: quoted where it has to be. */
  readonly printed: string
}

/**
 * Literals, dollar quotes, quoted names and plain words of printed SQL; what is between them holds no
 * names.
 */
const TOKEN =
  /[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g

/** Behind a literal: it holds a name, and the server prints it qualified. */
const NAME_CAST = /^::reg(?:class|type|procedure|proc|operator|oper|collation|config|dictionary)\b/
const SCHEMA_CAST = /^::regnamespace\b/

/**
 * The text with one schema's name put in the place of another's: wherever it qualifies a name, also
 * in literals that are cast to \`regclass\` and its like, and never in any other literal.
 * @param isAlias whether the word at an offset is a table's alias of the same name
 *
 * @example renameSchema("nextval('app.s'::regclass)", { from: 'app', to: 'b', printed: 'b' })
 */
export function renameSchema(
  text: string,
  renaming: Renaming,
  isAlias: (offset: number) => boolean = () => false,
): string {
  return text.replaceAll(TOKEN, (token, _tag, offset: number) => {
    const rest = text.slice(offset + token.length)
    if (token.startsWith("'")) return renameInLiteral(token, rest, renaming)
    if (!isSchema(token, renaming.from) || !rest.startsWith('.')) return token
    return text[offset - 1] === '.' || isAlias(offset) ? token : renaming.printed
  })
}

/**
 * The text without the schema's name before a dot: as one writes it where that schema is the first on the
 * search_path. Literals are treated as {@link renameSchema} does.
 *
 * @example withoutSchema("nextval('app.s'::regclass)", 'app') // "nextval('s'::regclass)"
 */
export function withoutSchema(text: string, schema: string): string {
  let kept = ''
  let at = 0
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const end = index + token.length
    const rest = text.slice(end)
    kept += text.slice(at, index)
    at = end
    if (token.startsWith("'") && NAME_CAST.test(rest)) {
      kept += literal(withoutSchema(heldIn(token), schema))
    } else if (isSchema(token, schema) && rest.startsWith('.') && text[index - 1] !== '.') {
      at = end + 1
    } else kept += token
  }
  return kept + text.slice(at)
}

/** True where the word stands alone or behind a dot, as the alias of a table is introduced. */
export function mayHoldAlias(text: string, schema: string): boolean {
  return [...text.matchAll(TOKEN)].some(({ 0: token, index }) => {
    const isQualifier = text[index + token.length] === '.' && text[index - 1] !== '.'
    return isSchema(token, schema) && !isQualifier
  })
}

function renameInLiteral(token: string, rest: string, renaming: Renaming): string {
  const held = heldIn(token)
  if (SCHEMA_CAST.test(rest) && isSchema(held, renaming.from)) return literal(renaming.printed)
  return NAME_CAST.test(rest) ? literal(renameSchema(held, renaming)) : token
}

function heldIn(token: string): string {
  return token.slice(1, -1).replaceAll("''", "'")
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A plain word is printed for a name in lower case alone. */
function isSchema(token: string, schema: string): boolean {
  if (!token.startsWith('"')) return token === schema && !/[A-Z]/.test(token)
  return token.slice(1, -1).replaceAll('""', '"') === schema
}
