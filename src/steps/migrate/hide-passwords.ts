import type { Config } from '../../config/config.ts'
import { passwordIn, readPassfile } from '../../postgres/connect/passfile.ts'
import type { ConnectionTarget } from '../../postgres/connect/target.ts'

type Passwords = Pick<Config, 'connection' | 'adminConnection' | 'given'>

/** The passwords of the connections, and those that the settings hold otherwise; longest first. */
export function passwordsOf({ connection, adminConnection, given }: Passwords): readonly string[] {
  const targets = [connection, adminConnection].filter((target) => target !== undefined)
  const passwords = [...targets.flatMap(ofTarget), ...(given?.passwords ?? [])]
  return [...new Set(passwords)]
    .filter((password) => password !== '')
    .toSorted((one, other) => other.length - one.length)
}

function ofTarget({ password, passfile, hosts, ...target }: ConnectionTarget): readonly string[] {
  if (password !== undefined) return [password]
  const text = passfile === undefined ? undefined : readPassfile(passfile, () => {})
  if (text === undefined) return []
  return hosts.flatMap((host) => passwordIn(text, { ...target, ...host }) ?? [])
}

/** A shorter one is part of ordinary words: it is hidden only where it stands as a password. */
const SHORTEST_ANYWHERE = 4
const AFTER_WORD = `(?<=(?:${anyCase('password|passwd|pwd|pass')})["']?\\s*[:=]\\s*["']?)`

/**
 * Takes passwords out of a text, in whatever spelling of a URL or of JSON they stand there.
 * @param passwords longest first
 */
export function hidePasswords(passwords: readonly string[]): (text: string) => string {
  if (passwords.length === 0) return (text) => text
  const pattern = new RegExp(passwords.map(patternOf).join('|'), 'gu')
  return (text) => text.replace(pattern, '***')
}

function patternOf(password: string): string {
  const spelled = [...password].map(anySpelling).join('')
  return password.length >= SHORTEST_ANYWHERE
    ? spelled
    : `(?<=:)${spelled}(?=@)|${AFTER_WORD}${spelled}(?![\\p{L}\\p{N}])`
}

/** As it is, behind a backslash as JSON and quoted texts have signs, or each byte as %HH; a space is a plus, too. */
function anySpelling(character: string): string {
  const bytes = [...Buffer.from(character)].map(
    (byte) => `%${anyCase(byte.toString(16).padStart(2, '0'))}`,
  )
  const behind = /[\p{L}\p{N}]/u.test(character) ? '' : '\\\\?'
  const literal = `${behind}\\u{${character.codePointAt(0)?.toString(16)}}`
  return `(?:${[literal, bytes.join(''), ...(character === ' ' ? ['\\+'] : [])].join('|')})`
}

/** `(?i:…)`, which Node.js 22 has not. */
function anyCase(text: string): string {
  return text.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)
}
