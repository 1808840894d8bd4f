import { rm } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { type RevisionFolder, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { withTurnCounter } from '../support/network/turns.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

type Written = Parameters<typeof revisionText>[0] & { readonly contract?: true }

async function write(folder: RevisionFolder, { contract, ...revision }: Written): Promise<void> {
  const text = revisionText(revision)
  const phase = contract
    ? text.replace('-- transaction', '-- phase: contract\n-- transaction')
    : text
  await folder.write(`${revision.id}.sql`, phase)
}

/** As a team renames a column: made, filled and used first, and the old one dropped when nobody uses it. */
async function writeRename(folder: RevisionFolder): Promise<void> {
  await write(folder, {
    id: 'e1',
    upgrade: 'create table users (id bigint primary key, old_field text);',
  })
  await write(folder, {
    id: 'e2',
    revises: 'e1',
    upgrade: 'alter table users add column new_field text;',
    downgrade: 'alter table users drop column new_field;',
  })
  await write(folder, {
    id: 'c1',
    revises: 'e2',
    upgrade: 'alter table users alter column new_field set not null;',
    downgrade: 'alter table users alter column new_field drop not null;',
    contract: true,
  })
  await write(folder, {
    id: 'c2',
    revises: 'c1',
    upgrade: 'alter table users drop column old_field;',
    downgrade: 'alter table users add column old_field text;',
    contract: true,
  })
}

type Variables = Readonly<Record<string, string>>

function pgateOn(url: string, folder: Pick<RevisionFolder, 'path'>) {
  const common = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
  return async (args: string, more: Variables = { PGATE_PHASE: 'expand' }) => {
    const words = args.split(' ').filter((word) => word !== '')
    const env = { ...common, PGATE_LOG_FORMAT: 'pretty', ...more }
    const { exitCode, stdout, stderr } = await runPgateHere(words, { env })
    return { exitCode, stdout, text: `${stdout}${stderr}` }
  }
}

const AGED = `update pgate_journal set started_at = started_at - interval '2 hours',
  finished_at = finished_at - interval '2 hours'`

describe.each(anyServer())('contract revisions on $name', (server) => {
  const it = testOn(server)

  it('wait behind an open gate, verified exactly in each state, until the contract phase runs them', async ({
    database: { url },
    folder,
  }) => {
    await writeRename(folder)
    const pgate = pgateOn(url, folder)
    expect((await pgate('manifest')).exitCode).toBe(0)
    expect((await pgate('manifest --check', {})).exitCode).toBe(0)

    const tried = await pgate('test')
    expect(tried.text.match(/restored +\w+/g)).toEqual(
      ['e2', 'c1', 'c2'].map((id) => `restored      ${id}`),
    )

    const early = await pgate('upgrade --phase contract')
    expect(early).toMatchObject({ exitCode: 51 })
    expect(early.text).toContain('2 revisions before it have not been applied: e1, e2')
    expect((await pgate('check', { PGATE_PHASE: 'contract' })).exitCode).toBe(51)

    const first = await pgate('')
    expect(first).toMatchObject({ exitCode: 0 })
    expect(first.text).toContain('now at e2; 2 contract revisions left: c1, c2')
    expect(first.text).toContain('schema as the manifest promises')
    const again = await turns(url, folder, { PGATE_CONTRACT_AFTER: '1h' })
    expect(again.count).toBe(1)
    expect(again.text).toContain('nothing pending, at e2; 2 contract revisions left: c1, c2')
    await folder.write('targets.txt', '{"name": "all", "schema": "public"}\n')
    const fleet = ['verify', 'check'].map(
      (what) => `fleet ${what} --fleet ${folder.path}/targets.txt`,
    )
    const alone = ['check', 'wait --for head', 'current --check-heads', 'verify']
    for (const command of [...alone, ...fleet]) {
      expect(await pgate(command), command).toMatchObject({ exitCode: 0 })
    }
    expect((await pgate('check', {})).exitCode).toBe(51)

    const status = await pgate('status')
    expect(status.text).toContain('  waiting  c1')
    expect(status.text).toMatch(/\n2 contract revisions wait since \d{4}\S+Z \(\S+\): /)
    expect(status.text).toContain('A gate would open, and leave what waits.\n')
    expect(JSON.parse((await pgate('status --json')).stdout).waiting).toMatchObject({
      revisions: ['c1', 'c2'],
      isDue: false,
    })
    expect((await pgate('upgrade --dry-run')).text).toContain('would leave e2 -> c1')

    await queryRows(url, 'alter table users alter column old_field set not null')
    const drifted = await pgate('')
    expect(drifted).toMatchObject({ exitCode: 60 })
    expect(drifted.text).toContain('column public.users.old_field')
    await queryRows(url, 'alter table users alter column old_field drop not null')

    expect((await pgate('upgrade c1 --phase contract')).text).toContain(
      '1 revision applied, now at c1',
    )
    expect((await pgate('verify')).text).toContain('schema as the manifest promises')
    expect((await pgate('', { PGATE_PHASE: 'contract' })).text).toContain('applied, now at c2')
    const restarted = await pgate('')
    expect(restarted).toMatchObject({ exitCode: 0 })
    expect(restarted.text).toContain('nothing pending, at c2')
    expect((await turns(url, folder)).count).toBe(1)
    expect((await pgate('check', {})).exitCode).toBe(0)

    expect((await pgate('downgrade e2')).exitCode).toBe(0)
    expect((await pgate('')).text).toContain('at e2; 2 contract revisions left')
    expect((await pgate('downgrade -1')).exitCode).toBe(0)
    expect((await pgate('')).text).toContain('1 revision applied, now at e2')
  })

  it('are run by an expand gate once PGATE_CONTRACT_AFTER is over, by the journal alone', async ({
    database: { url },
    folder,
  }) => {
    await writeRename(folder)
    const pgate = pgateOn(url, folder)
    const later = { PGATE_PHASE: 'expand', PGATE_CONTRACT_AFTER: '1h' }
    expect((await pgate('', later)).text).toContain('now at e2; 2 contract revisions left')
    expect((await turns(url, folder, later)).count).toBe(1)
    await queryRows(url, AGED)
    expect((await pgate('', { PGATE_PHASE: 'expand' })).text).toContain('2 contract revisions left')
    expect((await pgate('status', later)).text).toContain('A gate would apply 2 contract revisions')
    const more = { upgrade: 'create table more ();', downgrade: 'drop table more;' }
    await write(folder, { id: 'e3', revises: 'e2', ...more })
    const forked = { ...later, PGATE_TARGET: 'heads' }
    expect((await pgate('', forked)).text).toContain('1 revision applied, now at e3')
    expect((await pgate('', forked)).text).toContain('2 contract revisions left')
    await queryRows(url, AGED)
    expect((await pgate('', forked)).text).toContain('2 revisions applied, now at c2, e3')
    expect((await pgate('downgrade e2', forked)).exitCode).toBe(0)
    expect((await pgate('', forked)).text).toContain('now at e3; 2 contract revisions left')
    expect((await pgate('', forked)).text).toContain('2 contract revisions left')
  })

  it('that were moved behind newer ones do not keep an older image out', async ({
    database: { url },
    folder,
  }) => {
    await write(folder, { id: 'e1', upgrade: 'create table t (a int);' })
    const contract = { id: 'c1', upgrade: 'alter table t drop column a;', contract: true } as const
    await write(folder, { ...contract, revises: 'e1' })
    const pgate = pgateOn(url, folder)
    expect((await pgate('')).exitCode).toBe(0)
    await write(folder, { id: 'e2', revises: 'e1', upgrade: 'alter table t add b int;' })
    await write(folder, { ...contract, revises: 'e2' })
    expect((await pgate('')).text).toContain('now at e2; 1 contract revision left: c1')

    await write(folder, { ...contract, revises: 'e1' })
    await rm(`${folder.path}/e2.sql`)
    const ahead = { PGATE_PHASE: 'expand', PGATE_AHEAD: 'allow' }
    expect((await pgate('', ahead)).text).toContain('the database is ahead of these files, at e2')
    expect((await pgate('')).exitCode).toBe(51)
  })

  it('that stopped half-way are finished by an expand gate, and never verified as half', async ({
    database: { url },
    folder,
  }) => {
    await write(folder, { id: 'e1', upgrade: 'create table t (a int, b int);' })
    await write(folder, {
      id: 'c1',
      revises: 'e1',
      upgrade:
        'alter table t drop column a;\nalter table t drop column b;\nselect 1 / count(*) from t;',
      contract: true,
      transaction: 'off',
    })
    const pgate = pgateOn(url, folder)
    expect((await pgate('')).exitCode).toBe(0)
    expect((await pgate('upgrade --phase contract')).exitCode).toBe(53)
    expect((await pgate('')).exitCode).toBe(53)
    await queryRows(url, 'alter table t add c int; insert into t values (1)')
    expect((await pgate('', { PGATE_PHASE: 'expand', PGATE_VERIFY: 'off' })).text).toContain(
      '1 revision applied, now at c1',
    )
  })

  it('are run once while gates of the same image start', async ({ database: { url }, folder }) => {
    await writeRename(folder)
    const pgate = pgateOn(url, folder)
    expect((await pgate('manifest')).exitCode).toBe(0)
    expect((await pgate('')).exitCode).toBe(0)
    const job = pgate('upgrade --phase contract')
    const gates = await Promise.all([1, 2, 3, 4].map(() => pgate('')))
    for (const { exitCode, text } of gates) expect(exitCode, text).toBe(0)
    expect(await job).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, 'select version_num from alembic_version')).toEqual([
      { version_num: 'c2' },
    ])
  })

  it('that the manifest does not know of are named, with what writes one that does', async ({
    database: { url },
    folder,
  }) => {
    await write(folder, { id: 'e1', upgrade: 'create table t (a int);' })
    await write(folder, { id: 'c1', revises: 'e1', upgrade: 'alter table t drop column a;' })
    const pgate = pgateOn(url, folder)
    expect((await pgate('manifest', {})).exitCode).toBe(0)
    await write(folder, {
      id: 'c1',
      revises: 'e1',
      upgrade: 'alter table t drop column a;',
      contract: true,
    })
    const opened = await pgate('')
    expect(opened).toMatchObject({ exitCode: 0 })
    expect(opened.text).toContain('does not hold the schema while c1 waits')
    expect(opened.text).toContain('`pgate manifest` writes one that fits')
    expect((await pgate('manifest --check', {})).exitCode).toBe(60)
  })
})

/** How many round trips a start takes, and what it says. */
async function turns(url: string, folder: RevisionFolder, more: Variables = {}) {
  return withTurnCounter(url, async (counter) => {
    const pgate = pgateOn(counter.url, folder)
    const { text } = await pgate('', { PGATE_PHASE: 'expand', ...more })
    return { text, count: counter.connections().flatMap(({ after }) => after).length }
  })
}
