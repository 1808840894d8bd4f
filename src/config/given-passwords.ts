import type { GivenPasswords } from './config.ts'
import type { VariableReader } from './reader.ts'

/** The passwords as they are written in what a program that pgate starts may print. */
export function givenPasswords(
  reader: VariableReader,
  env: Readonly<Record<string, string | undefined>>,
): GivenPasswords {
  const urls = [
    reader.source('DATABASE_URL')?.text,
    reader.source('PGATE_ADMIN_URL')?.text,
    ...['DATABASE_URL', 'DATABASE__URL', 'PGATE_ADMIN_URL'].map((name) => env[name]),
  ]
  const written = urls.flatMap((url = '') => passwordsIn(url))
  const plain = [env.DB_PASSWORD, env.PGPASSWORD].filter((password) => password !== undefined)
  const passwords = [...written, ...written.map(decoded), ...plain]
  return Object.defineProperty({ passwords: [] }, 'passwords', {
    value: passwords,
    enumerable: false,
  })
}

function passwordsIn(url: string): readonly string[] {
  const user = /^[^:/?]*:\/\/([^/?]*)@/.exec(url)?.[1] ?? ''
  const parameters = [...url.matchAll(/[?&]password=([^&]*)/g)].map(([, password = '']) => password)
  return [user.split(':').slice(1).join(':'), ...parameters]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
