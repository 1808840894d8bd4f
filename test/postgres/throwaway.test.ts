import { describe, expect } from 'vitest'
import {
  downgradeTo,
  type Throwaway,
  throwawayServer,
  upgradeTo,
  withThrowaway,
} from '../../src/author/throwaway.ts'
import { recordSteps } from '../../src/base/steps.ts'
import { loadRevisions } from '../../src/revisions/file/load.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { gateError, stepContext } from '../support/cli/step.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const HOST = { env: {}, home: '/nowhere', userName: 'nobody' }

function contextOf(env: Readonly<Record<string, string>>) {
  const context = stepContext({ PGATE_EXTENSIONS: '', ...env })
  const steps = recordSteps(context.clock, { started: () => {}, ended: () => {} })
  const host = { ...HOST, pid: process.pid, hostName: 'here', isAlive: () => true }
  return {
    ...context,
    steps,
    host,
    origin: { host: 'here', version: 'test', run: 'test' },
    embedded: undefined,
  }
}

const tables = async ({ session }: Throwaway) => {
  const { rows } = await session.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace
        and relkind = 'r' and relname !~ '^(alembic|pgate)_' order by 1`,
  )
  return rows.map(({ name }) => name)
}

describe.each(servers().slice(0, 1))('throwaway databases, next to $name,', (server) => {
  const it = testOn(server)

  it('are brought to revisions and back again, several at once', async ({
    folder,
    database: { url },
  }) => {
    const down = (table: string) => ({ downgrade: `drop table ${table};` })
    await folder.write(
      '1.sql',
      revisionText({ id: '1', upgrade: 'create table a (id citext);', ...down('a') }),
    )
    await folder.write(
      '2.sql',
      revisionText({ id: '2', revises: '1', upgrade: 'create table b ();', ...down('b') }),
    )
    const graph = await loadRevisions(folder.path)
    const context = contextOf({ PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: 'citext' })
    const shadow = throwawayServer(context, url)
    const seen = await Promise.all(
      [undefined, shadow].map((place) =>
        withThrowaway(context, { server: place }, async (one) => {
          await upgradeTo(one, graph, 'heads')
          const above = await tables(one)
          await downgradeTo(one, graph, '1')
          return [above, await tables(one)]
        }),
      ),
    )
    expect(seen).toEqual(Array(2).fill([['a', 'b'], ['a']]))
  })

  it('are never the database that pgate migrates', async ({ database: { url } }) => {
    const context = contextOf({ DATABASE_URL: url })
    const refused = await gateError((async () => throwawayServer(context, url))())
    expect(refused).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 20 })
    const other = new URL(url)
    other.pathname = '/postgres'
    expect(throwawayServer(context, other.href)?.database).toBe('postgres')
  })
})
