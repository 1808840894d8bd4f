import { describe, expect } from 'vitest'
import { queryRows } from '../support/database/query.ts'
import { runPage, stepsOf } from '../support/docs/page.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

describe.each(anyServer())('docs/large-tables.md, on $name,', (server) => {
  const it = testOn(server)

  it('leads through batches that run, fail, and go on to an open gate', {
    timeout: 240_000,
  }, async ({ database: { url } }) => {
    const steps = await stepsOf('large-tables.md')
    const done = await runPage(steps, { env: { DATABASE_URL: url, PGATE_EXTENSIONS: '' } })
    const failed = done.find(({ commands }) => commands.includes('ended with'))
    expect(failed?.printed).toContain('ended with 53')
    expect(done.at(-1)?.printed).toContain('gate open')
    const rows = await queryRows(
      url,
      `select count(*)::int as "all", count(*) filter (where email_lower = lower(email))::int as lower,
              count(*) filter (where domain = 'example.org')::int as domain,
              count(share)::int as share
         from users`,
    )
    expect(rows).toEqual([{ all: 50_000, lower: 50_000, domain: 50_000, share: 49_999 }])
    const batches = await queryRows(
      url,
      'select revision, batches from pgate_batch where finished is not null order by revision',
    )
    expect(batches).toEqual([
      { revision: '002', batches: 10 },
      { revision: '003', batches: 3 },
      { revision: '004', batches: 10 },
    ])
  })
})
