import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hidePasswords, passwordsOf } from '../../../../src/steps/migrate/hide-passwords.ts'
import { stepContext } from '../../../support/cli/step.ts'

describe('hidePasswords', () => {
  it.each([
    ['p@ss/w rd', 'p@ss/w rd|p%40ss%2fw%20rd|p%40ss%2Fw+rd|%70@ss%2Fw rd'],
    ['grün€', 'grün€|gr%C3%BCn%e2%82%ac|gr%c3%bcn€'],
    ['a.*$(', 'a.*$(|a%2E%2A%24%28'],
    ['p"a\\s/s', 'p"a\\s/s|p\\"a\\\\s\\/s|p%22a%5Cs%2Fs'],
  ])('takes %j out in each spelling', (password, text) => {
    const each = text.split('|').map(() => '***')
    expect(hidePasswords([password])(text)).toBe(each.join('|'))
  })

  it('takes a short one out where it stands as a password, and leaves words whole', () => {
    const hide = hidePasswords(['app', 'a'])
    expect(hide('an app at postgres://app:a@db, password=a; PGPASSWORD="app", pwd: app')).toBe(
      'an app at postgres://app:***@db, password=***; PGPASSWORD="***", pwd: ***',
    )
    expect(hide('password=apple')).toBe('password=apple')
  })

  it('takes the longer of two out where one begins with the other', () => {
    const { config } = stepContext({
      PGATE_MIGRATE_COMMAND: 'x',
      DATABASE_URL: 'postgres://u:abcd@h/d',
      PGATE_ADMIN_URL: 'postgres://u:abcdefgh@h/d',
    })
    expect(hidePasswords(passwordsOf(config))('abcdefgh abcd')).toBe('*** ***')
  })
})

describe('passwordsOf', () => {
  it('knows what the settings hold as it is written, and what they override', () => {
    const { config } = stepContext({
      PGATE_MIGRATE_COMMAND: 'x',
      DATABASE_URL: 'postgres://u:s%65cret%40@h/d',
      PGPASSWORD: 'third',
      DB_PASSWORD: 'fourth',
    })
    const each = ['s%65cret%40', 'secret@', 'third', 'fourth']
    expect(passwordsOf(config)).toEqual(expect.arrayContaining(each))
    expect(JSON.stringify(config)).not.toMatch(/cret|third|fourth/)
  })

  it('knows what the password file has for the connection', async () => {
    const passfile = join(await mkdtemp(join(tmpdir(), 'pgate-')), 'pgpass')
    await writeFile(passfile, 'h:5432:d:u:from-the-file\nh:*:*:x:not-this\n', { mode: 0o600 })
    const { config } = stepContext({
      PGATE_MIGRATE_COMMAND: 'x',
      DATABASE_URL: `postgres://u@h:5432/d?passfile=${encodeURIComponent(passfile)}`,
    })
    expect(passwordsOf(config)).toEqual(['from-the-file'])
  })
})
