import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { urlReader } from '../../../src/config/connections.ts'
import { GateError } from '../../../src/errors/error.ts'
import { connectionOf } from '../../../src/fleet/target.ts'
import { readTargetFile, targetsOfRows } from '../../../src/fleet/target-list.ts'

const folder = mkdtempSync(join(tmpdir(), 'pgate-fleet-'))
afterAll(() => rmSync(folder, { recursive: true }))

const system = {
  readFile: () => '',
  fileMode: () => 0o600,
  home: '/home/app',
  userName: 'app',
}
const readUrl = urlReader({ PGPASSWORD: 'fallback' }, system)
const own = readUrl('postgresql://owner:secret@db/main')
const connection = 'target' in own ? own.target : undefined
const surroundings = { connection, readUrl }
const config = { schema: 'public' }

function read(text: string, base: Partial<typeof surroundings> = {}) {
  const path = join(folder, 'tenants.txt')
  writeFileSync(path, text, { mode: 0o600 })
  return readTargetFile(path, config, { ...surroundings, ...base })
}

async function problemsOf(text: string, base: Partial<typeof surroundings> = {}) {
  const failure = await read(text, base).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failure instanceof GateError)) throw new Error(`not refused: ${failure}`)
  expect(failure.exitCode).toBe(20)
  expect(JSON.stringify([failure.message, failure.facts])).not.toContain('secret')
  return failure.message.replaceAll(folder, '').split('\n')
}

describe('a file of targets', () => {
  it('takes every form of a line, in its order', async () => {
    const text = `\ufeff# tenants\r
postgresql://app:secret@db/one\r

  two\tpostgresql+asyncpg://app:secret@db:6432/two   # the second\r
three postgres://app:secret@db/shared tenant_three
{"name": "four", "url": "postgresql://app@db/x", "database": "four"}
{"name": "five", "schema": "tenant_five"}
{"name": "six", "database": "six"}
{"name": "se # ven", "database": "seven"}
{"name": "eight", "database": "eight"} # the last`
    const targets = await read(text)
    const shown = targets.map((target) => {
      const { hosts, database, user, password } = connectionOf(target, surroundings)
      return [target.name, `${user}:${password}`, hosts[0]?.port, database, target.schema]
    })
    expect(shown).toEqual([
      ['db:5432/one', 'app:secret', 5432, 'one', undefined],
      ['two', 'app:secret', 6432, 'two', undefined],
      ['three', 'app:secret', 5432, 'shared', 'tenant_three'],
      ['four', 'app:fallback', 5432, 'four', undefined],
      ['five', 'owner:secret', 5432, 'main', 'tenant_five'],
      ['six', 'owner:secret', 5432, 'six', undefined],
      ['se # ven', 'owner:secret', 5432, 'seven', undefined],
      ['eight', 'owner:secret', 5432, 'eight', undefined],
    ])
  })

  it('names every line that cannot be used, all at once, and quotes none of a URL', async () => {
    const text = `fine postgresql://app:secret@db/fine
postgresql://app:my secret@db/x
mysql://app:secret@db/x
no url here
{"name": "broken
{"name": "a", "uri": "postgresql://app:secret@db/a"}
{"name": "b"}
{"name": "postgresql://app:secret@db/c", "schema": "c"}
fine postgresql://app:secret@db/other
twin postgresql://other:secret@db:5432/fine
d postgresql://app:secret@db/d pg_catalog
{"name": "e", "schema": 7}
{"name": ["f"], "schema": "f"}
g postgresql://app:secret@db/g?sslmode=maybe`
    const problems = await problemsOf(text)
    expect(problems.map((line) => /^\/tenants\.txt:(\d+)/.exec(line)?.[1])).toEqual([
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
      '13',
      '14',
    ])
    expect(problems).toEqual([
      expect.stringContaining('%20'),
      expect.stringContaining('found the scheme mysql'),
      expect.stringContaining('holds no URL'),
      expect.stringContaining('begins as JSON'),
      expect.stringContaining('found "uri" as a field'),
      expect.stringContaining('names no database'),
      expect.stringContaining('name: found a URL, which is not shown'),
      expect.stringMatching(/the name fine stands at .*tenants\.txt:1, too/),
      expect.stringMatching(/twin is a database and schema that stands at .*tenants\.txt:1, too/),
      expect.stringContaining("PostgreSQL's own"),
      expect.stringContaining('name is no text'),
      expect.stringContaining('sslmode: found "maybe"'),
    ])
  })

  it('says of a list that is wrong from end to end how much more there is', async () => {
    const problems = await problemsOf('nothing\n'.repeat(80))
    expect(problems).toHaveLength(51)
    expect(problems.at(-1)).toBe('PGATE_FLEET: 30 more lines cannot be used')
  })

  it('refuses a database of no server where no connection is set', async () => {
    const problems = await problemsOf('{"name": "a", "database": "a"}', { connection: undefined })
    expect(problems).toEqual([expect.stringContaining('has no url, and no connection is set')])
  })

  it('counts schemas that share one history table as one target', async () => {
    const rows = ['a', 'b'].map((schema) => ({ name: schema, schema }))
    expect(targetsOfRows(rows, config, surroundings)).toHaveLength(2)
    const shared = { ...config, versionSchema: 'drizzle' }
    expect(() => targetsOfRows(rows, shared, surroundings)).toThrow(
      'PGATE_FLEET, row 2: b is a database and schema that stands at PGATE_FLEET, row 1, too',
    )
  })

  it('is refused where it is missing, and where everybody may change it', async () => {
    const missing = readTargetFile('/nowhere/tenants.txt', config, surroundings)
    await expect(missing).rejects.toThrow('cannot read "/nowhere/tenants.txt" (ENOENT)')
    const path = join(folder, 'open.txt')
    writeFileSync(path, '')
    chmodSync(path, 0o666)
    await expect(readTargetFile(path, config, surroundings)).rejects.toThrow('chmod o-w')
  })

  it('may be empty, or hold ten thousand targets', async () => {
    expect(await read('# none yet\n\n')).toEqual([])
    const lines = Array.from({ length: 10_000 }, (_, at) => `t${at} postgresql://a:b@db/t${at}`)
    expect(await read(lines.join('\n'))).toHaveLength(10_000)
  })
})
