import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  excerpt,
  maskSecrets,
  shownLine,
  shownQuery,
  withoutSecrets,
} from '../../../../src/postgres/sql/sql-secrets.ts'
import { sqlTokens } from '../../../../src/postgres/sql/sql-tokens.ts'

const CANARY = 'CANARYblk'

/** Each way to write it that PostgreSQL takes, and some that it does not. */
const STATEMENTS = [
  `alter role tgapp password '${CANARY}';`,
  `ALTER ROLE tgapp WITH ENCRYPTED PASSWORD '${CANARY}' VALID UNTIL 'infinity'`,
  `create user u password $$${CANARY}$$`,
  `create user u password $q$it's ${CANARY}$q$`,
  `create user u password E'\\'${CANARY}'`,
  `create user u password e'it''s ${CANARY}'`,
  `create user u password U&'${CANARY}'`,
  `create user u password 'a''${CANARY}'`,
  `create user u password 'a\\'${CANARY}'`,
  `create user u password 'two'\n '${CANARY}'`,
  `create user u password ${CANARY}`,
  `create user u password "${CANARY}"`,
  `create user u identified by ${CANARY}`,
  `create user u /* password ${CANARY} */ login`,
  `create user u -- ${CANARY} is the password\n login`,
  `set app.secret = ${CANARY}`,
  `set "app.api_key" to ${CANARY}`,
  `select set_config('app.password', '${CANARY}', false)`,
  `select dblink_connect('host=db password=${CANARY}')`,
  `select dblink_connect('postgres://u:${CANARY}@db/app')`,
  `create subscription s connection 'host=db user=u password=${CANARY}' publication p`,
  `create user mapping for u server s options (user 'u', password '${CANARY}')`,
  `alter server s options (set password '${CANARY}')`,
  `do $$ begin execute 'alter role x password ''${CANARY}'''; end $$`,
  `do $$ begin execute format('alter role x password %L', '${CANARY}'); end $$`,
  `alter system set primary_conninfo = 'host=db password=${CANARY}'`,
  `alter role u set app.token = '${CANARY}'`,
  `insert into users (name, password) values ('u', '${CANARY}')`,
  `select pgp_sym_encrypt('data', '${CANARY}')`,
  `copy t from program 'curl -u me:${CANARY} https://x'`,
]

describe('shownQuery', () => {
  it.each(STATEMENTS)('shows nothing of the password in %s', (sql) => {
    expect(shownQuery(sql)).not.toMatch(/CANARY|blk/)
    expect(shownQuery(sql)).toMatch(/^(?:alter|create|set|select|do|insert|copy) /i)
  })

  it.each(STATEMENTS)('nor wherever the server cut it: %s', (sql) => {
    for (let end = 1; end <= sql.length; end += 1) {
      expect(shownQuery(sql.slice(0, end))).not.toMatch(/CANARY/)
    }
  })

  it('shows the first 80 characters of any other statement, on one line and without literals', () => {
    expect(shownQuery('lock  table\n\tbusy in exclusive mode')).toBe(
      'lock table busy in exclusive mode',
    )
    expect(shownQuery("update a set b = 'x' -- why\n where id = $1")).toBe(
      "update a set b = '…' where id = $1",
    )
    expect(shownQuery(`select ${'ä, '.repeat(99)}`)).toHaveLength(80)
    expect(shownQuery("alter role app password 'x'")).toBe('alter role app password …')
    expect(shownQuery('select a$b$ from "odd ""name"""')).toBe('select a$b$ from "odd ""name"""')
    expect(shownQuery('')).toBe('')
  })
})

describe('withoutSecrets', () => {
  const quotable = STATEMENTS.slice(0, -2).filter((sql) => !/--|\/\*/.test(sql))

  it.each(quotable)('takes the password out of a message about %s', (sql) => {
    for (const words of [CANARY, `'${CANARY}'`, `"${CANARY}"`, `$$${CANARY}$$`]) {
      const message = withoutSecrets(`syntax error at or near "${words}"`, sql)
      expect(message).not.toContain(CANARY)
      expect(message).toMatch(/^syntax error at or near ["…]/)
    }
  })

  it('leaves a message about any other statement as it is', () => {
    const message = 'relation "users" does not exist'
    expect(withoutSecrets(message, "select * from users where name = 'users'")).toBe(message)
    expect(withoutSecrets('type "citext" does not exist', 'create table t (password citext)')).toBe(
      'type "citext" does not exist',
    )
  })

  it('takes values out, too', () => {
    const sql = 'select dblink_connect($1) -- with a password'
    expect(withoutSecrets(`missing "=" after "${CANARY}"`, sql, [`host ${CANARY}`])).not.toContain(
      CANARY,
    )
  })
})

describe('an excerpt of a revision', () => {
  it.each(STATEMENTS.slice(0, -2))('shows nothing of the password in %s', (sql) => {
    const text = `create table t ();\n${sql}\n;\nselec 1;`
    const lines = text.split('\n')
    for (let row = 0; row < lines.length; row += 1) {
      expect(excerpt(text, { row, line: row + 9, column: 3 }).join('\n')).not.toMatch(/CANARY/)
    }
  })

  it('keeps the caret under its place', () => {
    const sql = "create role a password 'hunter2', foo"
    expect(excerpt(sql, { row: 0, line: 7, column: sql.indexOf('foo') + 1 })).toEqual([
      "  7 | create role a password '…', foo",
      '    |                             ^',
    ])
    expect(excerpt('\tselec 1', { row: 0, line: 12, column: 2 })).toEqual([
      '  12 | \tselec 1',
      '     | \t^',
    ])
  })

  it('is the line itself where there is no password', () => {
    expect(shownLine("insert into t values ('x') -- y\nselect 1", 0)).toBe(
      "insert into t values ('x') -- y",
    )
  })

  it('masks what is too long to be read whole', () => {
    const long = `${'select 1;\n'.repeat(300_000)}alter role x password '${CANARY}'`
    expect(shownLine(long, 300_000)).toBe('…')
  })
})

describe('sqlTokens', () => {
  it('cuts any text into pieces that are the text again', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '$$',
      '$a$',
      'e',
      "E'",
      '\\',
      '/*',
      '*/',
      '--',
      '\n',
      'x',
      '1',
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('')
        expect([...sqlTokens(text)].map((token) => token.text).join('')).toBe(text)
        expect(maskSecrets(`${text} password`)).toHaveLength(text.length + 9)
      }),
    )
  })
})
