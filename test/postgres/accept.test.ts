import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const APPLIED = `CREATE TABLE t (id int, name varchar(255) DEFAULT 'a b'); -- people`
const FORMATTED = `-- People.\ncreate table t (\n  id INT,\n  name varchar (255) default 'a b'\n);`
const OTHER = APPLIED.replace('255', '256')

interface Place {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  readonly edit: (upgrade: string) => Promise<void>
}

describe.each(servers().slice(0, 1))('an edited file on $name', (server) => {
  async function withApplied(use: (place: Place) => Promise<void>): Promise<void> {
    await withRevisionFolder(async (folder) => {
      await withDatabase(server, async ({ url }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        const edit = (upgrade: string) =>
          folder.write('a.sql', revisionText({ id: 'aaa', upgrade, downgrade: 'DROP TABLE t;' }))
        await edit(APPLIED)
        expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
        await use({ url, env, edit })
      })
    })
  }

  const run = async (args: readonly string[], { env }: Pick<Place, 'env'>) => {
    const { exitCode, stdout } = await runPgateHere([...args, '--json'], { env })
    return { exitCode, ...JSON.parse(stdout) }
  }

  it('is accepted by the command that the refusal prints, where it means the same', async () => {
    await withApplied(async (place) => {
      await place.edit(FORMATTED)
      const shut = await run(['gate'], place)
      expect(shut).toMatchObject({ exitCode: 51, code: 'HISTORY_EDITED' })
      expect(shut.hint).toMatch(/: pgate accept aaa$/)
      const dry = await run(['accept', 'aaa', '--dry-run'], place)
      expect(dry).toMatchObject({
        exitCode: 0,
        accepted: [{ revision: 'aaa', isSameMeaning: true }],
      })
      expect(await run(['gate'], place)).toMatchObject({ exitCode: 51 })
      expect(await run(['accept', 'a'], place)).toMatchObject({ exitCode: 0 })
      expect(await run(['gate'], place)).toMatchObject({ exitCode: 0 })
      expect(await run(['check'], place)).toMatchObject({ exitCode: 0 })
      const journal = `select action, outcome from pgate_journal where action <> 'verify' order by id`
      expect(await queryRows(place.url, journal)).toEqual([
        { action: 'upgrade', outcome: 'done' },
        { action: 'accept', outcome: 'done' },
      ])
      expect(await run(['accept', 'aaa'], place)).toMatchObject({ exitCode: 0, accepted: [] })
    })
  })

  it('is accepted with another meaning where that is said and the schema has it', async () => {
    await withApplied(async (place) => {
      await place.edit(OTHER)
      const refused = await run(['accept', 'aaa'], place)
      expect(refused).toMatchObject({ exitCode: 51, code: 'HISTORY_EDITED' })
      expect(refused.hint).toMatch(/: pgate accept aaa --meaning-changed$/)
      const changed = ['accept', 'aaa', '--meaning-changed']
      expect(await run(changed, place)).toMatchObject({ exitCode: 60, code: 'VERIFY_DRIFT' })
      await queryRows(place.url, 'alter table t alter name type varchar(256)')
      expect(await run(changed, place)).toMatchObject({
        exitCode: 0,
        accepted: [{ revision: 'aaa', isSameMeaning: false }],
      })
      expect(await run(['gate'], place)).toMatchObject({ exitCode: 0 })
    })
  })

  it('needs the word where the journal does not know what was applied', async () => {
    await withApplied(async (place) => {
      await queryRows(place.url, 'update pgate_journal set meaning = null')
      await place.edit(FORMATTED)
      const refused = await run(['accept', 'aaa'], place)
      expect(refused).toMatchObject({ exitCode: 51 })
      expect(refused.message).toContain('is not known')
      const changed = ['accept', 'aaa', '--meaning-changed']
      expect(await run(changed, place)).toMatchObject({
        exitCode: 0,
        accepted: [{ isSameMeaning: null }],
      })
    })
  })

  it('is no obstacle to a downgrade or a reset, and a stamp says what it did not change', async () => {
    await withApplied(async (place) => {
      await place.edit(FORMATTED)
      const stamp = await runPgateHere(['stamp', 'aaa', '--no-verify'], { env: place.env })
      expect(stamp.exitCode).toBe(0)
      expect(stamp.stdout).toContain('pgate accept aaa')
      const reset = await runPgateHere(['reset', '--yes'], { env: place.env })
      expect(reset.exitCode).toBe(0)
      expect(reset.stderr).toMatch(/warn.*a\.sql was edited after it had been applied/)
      expect(await run(['accept', 'aaa'], place)).toMatchObject({ code: 'REVISION_UNKNOWN_TARGET' })
      expect(await run(['gate'], place)).toMatchObject({ exitCode: 0 })
    })
  })
})
