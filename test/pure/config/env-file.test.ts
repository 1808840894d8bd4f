import { describe, expect, it } from 'vitest'
import { fillEnvironment, withPlaces } from '../../../src/config/env-file.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { GateError } from '../../../src/errors/error.ts'

type Files = Readonly<Record<string, string>>

function systemWith(files: Files, mode = 0o600) {
  return {
    readFile: (path: string) => {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' })
      return text
    },
    fileMode: () => mode,
    home: '/nowhere',
    userName: 'nobody',
  }
}

/** What one file makes of an environment. */
function fill(text: string, env: Readonly<Record<string, string>> = {}) {
  const at = { label: 'PGATE_ENV_FILE', paths: '.env' }
  return fillEnvironment(env, at, systemWith({ '.env': text })).env
}

/** The message of the refusal. */
function refusal(use: () => unknown): string {
  try {
    use()
  } catch (error) {
    if (error instanceof GateError && error.code === 'CONFIG_INVALID') return error.message
    throw error
  }
  return 'nothing was refused'
}

describe('a file of PGATE_ENV_FILE', () => {
  it.each([
    ['a plain value, without the space around it', 'A =  x y  \n', 'x y'],
    ['export, a comment and blank lines', '\n# one\n  export A=x # two\n\n', 'x'],
    ['double quotes, with # and an escaped line break', 'A="x # \\ny" # z', 'x # \ny'],
    ['single quotes, as they stand', "A='$x \\n y'", '$x \\n y'],
    ['back quotes, with the other quotes inside', 'A=`x"y\'`', 'x"y\''],
    ['a value of several lines', 'A="x\ny"\nB=z', 'x\ny'],
    ['the byte order mark and line ends of Windows', '\ufeffA=x\r\nB="y\r\nz"\r\n', 'x'],
    ['the last of two lines', 'A=x\nA=y', 'y'],
    ['nothing', 'A=', ''],
    ['an = and a quote inside a value', 'A=x=y"z', 'x=y"z'],
  ])('is read with %s', (_, text, value) => {
    expect(fill(text).A).toBe(value)
  })

  it.each([
    ['a line that sets nothing', 'A=x\nsecret', 2],
    ['a name that is none', 'A=x\n1A=secret', 2],
    ['a quote that is not closed', 'A="x\ny"\n\nB="secret\n', 4],
    ['something behind the closing quote', 'A="sec\\"ret"', 1],
    ['YAML', 'A: secret', 1],
    ['a # inside a value without quotes', 'A=x\r\nB=sec#ret', 2],
    ['the name of another such file', 'PGATE_ENV_FILE=secret', 1],
  ])('is refused by line for %s, which is not shown', (_, text, line) => {
    const message = refusal(() => fill(text))
    expect(message).toContain(`PGATE_ENV_FILE: .env line ${line}: `)
    expect(message).not.toMatch(/sec.*ret/)
  })

  it('is refused where it is missing or may be changed by everybody', () => {
    const at = { label: '--dotenv', paths: 'a.env,b.env' }
    expect(refusal(() => fillEnvironment({}, at, systemWith({ 'a.env': '' })))).toMatch(
      /^--dotenv: cannot read "b\.env" \(ENOENT\)/,
    )
    const files = { 'a.env': '', 'b.env': '' }
    expect(refusal(() => fillEnvironment({}, at, systemWith(files, 0o666)))).toContain('mode 0666')
  })

  it('stands behind the environment, and a later file before an earlier one', () => {
    const files = { a: 'A=1\nB=1\nC=1', b: 'B=2\nC=2' }
    const at = { label: 'PGATE_ENV_FILE', paths: 'a, b' }
    const { env } = fillEnvironment({ C: '3', D: '4' }, at, systemWith(files))
    expect(env).toEqual({ A: '1', B: '2', C: '3', D: '4' })
  })

  it('fills what is empty, as a compose file leaves it, but not an empty list of extensions', () => {
    const env = { DATABASE_URL: '', PGATE_EXTENSIONS: '' }
    expect(fill('DATABASE_URL=x\nPGATE_EXTENSIONS=vector', env)).toEqual({
      DATABASE_URL: 'x',
      PGATE_EXTENSIONS: '',
    })
  })

  it.each([
    ['its file', { DATABASE_URL_FILE: '/run/url' }, 'DATABASE_URL=file'],
    ['itself, and not by its file', { DATABASE_URL: 'own' }, 'DATABASE_URL_FILE=/file'],
    ['DATABASE__URL', { DATABASE__URL: 'own' }, 'DATABASE_URL=file'],
    ['its parts', { DB_HOST: 'own' }, 'DATABASE_URL=file\nDATABASE__URL=file'],
  ])('leaves the database that the environment names by %s', (_, env, text) => {
    expect(fill(text, env)).toEqual(env)
  })

  it('has what cannot be used refused with its line, and an unknown name as everywhere', () => {
    const text = 'PGATE_TRAGET=x\n\nPGATE_WAIT_TIMEOUT=soon'
    const system = systemWith({ '.env': text })
    const filled = fillEnvironment({}, { label: 'PGATE_ENV_FILE', paths: '.env' }, system)
    const message = refusal(() => withPlaces(filled, () => loadConfig(filled.env, {}, system)))
    expect(message).toContain('PGATE_TRAGET: did you mean PGATE_TARGET? (.env line 1)')
    expect(message).toMatch(/PGATE_WAIT_TIMEOUT: .* \(\.env line 3\)/)
  })
})
