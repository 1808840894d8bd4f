import { describe, expect } from 'vitest'
import { queryRows } from '../support/database/query.ts'
import { masked, runPage, stepsOf } from '../support/docs/page.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

describe.each(anyServer())('docs/fleets.md, on $name,', (server) => {
  const it = testOn(server)

  it('leads through a first run, a query, a failure, a canary and shards as it says', {
    timeout: 60_000,
  }, async ({ database: { url } }) => {
    const env = { DATABASE_URL: url, PGATE_EXTENSIONS: '' }
    const done = await runPage(await stepsOf('fleets.md'), { env })
    const said = done.filter(({ prints }) => prints !== undefined)
    expect(said.length).toBeGreaterThan(2)
    for (const { printed, prints = '' } of said) expect(shown(printed)).toBe(masked(prints))
    const made = `select count(*)::int as n from pg_tables where tablename = 'users'`
    expect(await queryRows(url, made)).toEqual([{ n: 3 }])
  })
})

/** Without what differs from machine to machine. */
const shown = (text: string) =>
  masked(
    text
      .replaceAll(/\bin [\d.]+m?s\b/g, 'in <time>')
      .replaceAll(/Create the database: .*/g, 'Create the database: <command>'),
  )
