/**
 * A command as words: a JSON array of texts, or a line that is cut as a shell cuts it (spaces, both kinds
 * of quotes, backslashes). Nothing is expanded: no variables, no patterns. What would be a pipe or the like to
 * a shell is refused: as an argument it makes `echo` out of what was to be a backup.
 * @throws Error that says what cannot be read
 * @example commandWords(`alembic -x "note=a b" upgrade head`) // ['alembic', '-x', 'note=a b', 'upgrade', 'head']
 */
export function commandWords(text: string): readonly string[] {
  const words = text.trimStart().startsWith('[') ? jsonWords(text) : shellWords(text)
  if ((words[0] ?? '') === '') throw new Error('names no program')
  return words
}

function jsonWords(text: string): readonly string[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('begins with `[` and is not JSON')
  }
  const isTexts = Array.isArray(value) && value.every((word) => typeof word === 'string')
  if (!isTexts) throw new Error('is not a JSON array of texts')
  return value as readonly string[]
}

/** A part of a word: in single quotes, in double quotes, behind a backslash, or bare. */
const PART = /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])|([^\s'"\\]+)|(\s+)|([\s\S])/g

/** A bare word that is no argument to a shell: a pipe, a redirection, the end of a command. */
const OF_A_SHELL = /^(?:[|&;]+$|\d?>|<)/

function shellWords(text: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let bareWord = ''
  const end = () => {
    if (OF_A_SHELL.test(bareWord) && bareWord === word) {
      throw new Error(`has a bare ${word}, and no shell reads it: write sh -c '…', or quote it`)
    }
    if (word !== undefined) words.push(word)
    word = undefined
    bareWord = ''
  }
  for (const [, single, double, escaped, bare = '', space, left] of text.matchAll(PART)) {
    if (left !== undefined) throw new Error(`has a ${left} that is not closed`)
    if (space !== undefined) {
      end()
      continue
    }
    const quoted = double?.replace(/\\(["\\$`])/g, '$1')
    word = (word ?? '') + (single ?? quoted ?? escaped ?? bare)
    bareWord += bare
  }
  end()
  return words
}
