import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { gate } from '../../src/index.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

interface Line {
  readonly event?: string
  readonly run?: string
  readonly msg: string
}

/** Says its name while the other one runs, too. */
const talking = (name: string) => `import { defineRevision } from 'pgate'
export default defineRevision({
  revision: '${name}',
  revises: null,
  async upgrade(db: { query(text: string): Promise<unknown> }) {
    for (const word of ['begins', 'goes on', 'ends']) {
      console.log('${name} ' + word)
      console.error('${name} ' + word + ', to stderr')
      await db.query('select pg_sleep(0.1)')
    }
  },
})
`

describe.each(anyServer())('two gates at once in a process, on $name,', (server) => {
  const it = testOn(server)

  it('hear each what its own revisions print, under its own run', async ({
    database: { url },
    folder,
  }) => {
    await folder.write('one/a.ts', talking('one'))
    await folder.write('two/b.ts', talking('two'))
    await withDatabase(server, async (other) => {
      const logs = await Promise.all(
        [
          { name: 'one', databaseUrl: url },
          { name: 'two', databaseUrl: other.url },
        ].map(async ({ name, databaseUrl }) => {
          const lines: Line[] = []
          const hear = (fields: object, msg: string) => void lines.push({ ...fields, msg })
          const logger = { debug: () => {}, info: hear, warn: hear, error: hear }
          const migrations = join(folder.path, name)
          await gate({ databaseUrl, migrations, extensions: [], logger })
          return { name, databaseUrl, lines }
        }),
      )
      for (const { name, databaseUrl, lines } of logs) {
        const said = lines.filter(({ event }) => event === 'module.output').map(({ msg }) => msg)
        const words = ['begins', 'goes on', 'ends']
        expect(said.toSorted()).toEqual(
          words.flatMap((word) => [`${name} ${word}`, `${name} ${word}, to stderr`]).toSorted(),
        )
        const runs = [...new Set(lines.map(({ run }) => run))]
        expect(runs).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/)])
        const journal = await queryRows(databaseUrl, 'select distinct run_id from pgate_journal')
        expect(journal).toEqual([{ run_id: runs[0] }])
      }
      expect(logs[0]?.lines[0]?.run).not.toBe(logs[1]?.lines[0]?.run)
    })
  })
})
