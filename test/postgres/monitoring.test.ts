import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'
import { samplesIn, withSidecar } from '../support/cli/sidecar.ts'
import { queryRows } from '../support/database/query.ts'
import { firing, promtool } from '../support/monitoring/promtool.ts'
import { alertQueries, dashboardQueries, MONITORING } from '../support/monitoring/queries.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const TESTS = ['alerts.test.yml', 'alerts-days.test.yml']
const inMonitoring = (name: string) => join(MONITORING, name)
const { promtool: path } = inject('environment')

// None where this machine has no promtool: the run's last lines say so.
describe.each(path === undefined ? [] : [path])('what is watched, by %s', (path) => {
  it('has rules that fire when they should, and not before', async () => {
    expect(await promtool(path, ['test', 'rules', ...TESTS.map(inMonitoring)])).toBe('')
  })

  it('has a test that sees each alert fire', () => {
    const tests = TESTS.map((name) => readFileSync(inMonitoring(name), 'utf8')).join('')
    const alerts = alertQueries().map(({ of }) => of)
    const seen = alerts.filter((name) => tests.includes(`alertname="${name}",alertstate="firing"`))
    expect(seen).toEqual(alerts)
  })

  it('has queries in the dashboard that Prometheus understands', async () => {
    const rules = dashboardQueries().map(({ expr }, number) => ({
      record: `panel:${number}`,
      // As Grafana fills them in.
      expr: expr.replaceAll(/\$(?:job|instance)\b/g, '.*').replaceAll('$__rate_interval', '4m'),
    }))
    const files = { 'rules.yml': { groups: [{ name: 'dashboard', rules }] } }
    expect(await promtool(path, ['check', 'rules', 'rules.yml'], files)).toBe('')
  })

  it.each(servers({ vector: true }).slice(0, 1))(
    'fires by what a sidecar exports of a database on $name',
    async (server) => {
      await withDatabase(server, ({ url }) =>
        withSidecar(
          { env: { DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS } },
          async (sidecar) => {
            const scrape = async () => samplesIn(await (await sidecar.get('/metrics')).text())
            await sidecar.until('looked', ({ verify }) => verify.lastAt !== null)
            expect(await firing(path, await scrape())).toEqual([])
            await queryRows(url, 'create table stray (id integer); drop index idx_users_username')
            await sidecar.until('shut', ({ verdict }) => verdict === 'shut')
            expect(await firing(path, await scrape())).toEqual([
              'PgateExtraObjects',
              'PgateGateShut',
              'PgateSchemaDrift',
            ])
          },
        ),
      )
    },
  )
})
