import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { withTransaction } from '../../src/postgres/session/transaction.ts'
import { parseManifest } from '../../src/steps/verify/manifest/manifest.ts'
import { verifyFailure, verifySchema } from '../../src/steps/verify/verify.ts'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { stepContext, withTestSession } from '../support/cli/step.ts'
import { partOn, servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

/** As pg_partman and its like do it: names and bounds are of the moment. */
const TODAY = `do $$ begin
  execute format('create table %I partition of ev for values from (%L) to (%L)',
    'ev_' || to_char(clock_timestamp(), 'YYYY_MM_DD_HH24_MI_SS_US'), current_date, current_date + 1);
end $$;`

const UPGRADE = `
create table o (id int primary key);
create table ev (
  id bigint generated always as identity, at date not null, o_id int references o,
  n int check (n > 0), primary key (id, at)) partition by range (at);
create index ev_n on ev (n);
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger ev_touch before insert on ev for each row execute function touch();
${TODAY}
create table ev_rest partition of ev default partition by list (id);
create table ev_rest_1 partition of ev_rest for values in (1);
create table ev_rest_rest partition of ev_rest default;
create table shard (k int primary key) partition by hash (k);
create table shard_0 partition of shard for values with (modulus 2, remainder 0);
create table shard_1 partition of shard for values with (modulus 4, remainder 1);
create table shard_3 partition of shard for values with (modulus 4, remainder 3);
create table uses_shard (k int references shard on delete cascade);
create table closed (k int) partition by list (k);
create table closed_1 partition of closed for values in (1);
alter table closed_1 enable row level security;`

const OF_2030 = `create table ev_2030 partition of ev for values from ('2030-01-01') to ('2031-01-01')`

/** What time and retention do, and no more than that. */
const HARMLESS = [
  OF_2030,
  `create table later (like ev including all excluding identity); alter table ev attach partition later for values from ('2030-01-01') to ('2031-01-01')`,
  `do $$ begin execute (select format('drop table %s', min(inhrelid::regclass::text)) from pg_inherits where inhparent = 'ev'::regclass and inhrelid <> 'ev_rest'::regclass); end $$`,
  `${OF_2030} partition by range (at); create table ev_2030_05 partition of ev_2030 for values from ('2030-05-01') to ('2030-06-01'); create table ev_2030_rest partition of ev_2030 default`,
  `${OF_2030}; alter table ev detach partition ev_2030`,
  `${OF_2030}; alter table ev_2030 alter n set default 7; alter table ev_2030 enable row level security`,
  'drop table ev_rest_1',
  'alter table shard detach partition shard_3; create table a partition of shard for values with (modulus 8, remainder 3); create table b partition of shard for values with (modulus 8, remainder 7)',
  'alter table closed_1 rename to closed_one',
] as const

/** [by hand, the object that is named, what is said of it] */
const HARMFUL = [
  [
    `${OF_2030}; alter table ev_2030 disable trigger all`,
    'partition public.ev_2030',
    'foreign key ev_o_id_fkey is disabled, trigger ev_touch is disabled',
  ],
  [
    `${OF_2030}; alter table ev_2030 disable trigger user`,
    'partition public.ev_2030',
    'trigger ev_touch is disabled',
  ],
  [
    'alter table ev_rest disable trigger all',
    'partition public.ev_rest',
    'foreign key ev_o_id_fkey is disabled',
  ],
  [
    'alter table shard_0 disable trigger all',
    'partition public.shard_0',
    'foreign key uses_shard_k_fkey is disabled',
  ],
  [`${OF_2030}; alter table ev_2030 set unlogged`, 'partition public.ev_2030', 'unlogged'],
  [
    'alter table shard detach partition shard_3',
    'partitions public.shard',
    'everyRemainder: expected true, found false',
  ],
  ['drop table ev_rest_rest', 'missing   table public.ev_rest_rest', ''],
  ['alter table ev detach partition ev_rest', 'table public.ev_rest', 'partitionOf'],
  ['drop index ev_n', 'missing   index public.ev_n', ''],
  [
    'alter table closed_1 disable row level security',
    'partition public.closed_1',
    'rowSecurity: expected true',
  ],
  [
    `${OF_2030}; update pg_index set indisvalid = false where indrelid = 'ev_2030'::regclass and not indisunique`,
    'index public.ev_2030_n_idx',
    'is not valid',
  ],
] as const

let manifest = ''

async function migrate<T>(
  server: TestServer,
  use: (url: string, env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  return withRevisionFolder((folder) =>
    withDatabase(server, async ({ url }) => {
      await folder.write('001.sql', revisionText({ id: '001', upgrade: UPGRADE }))
      await folder.write('manifest.json', manifest)
      const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
      expect((await runPgateHere([], { env })).stdout).toContain('gate open')
      return use(url, env)
    }),
  )
}

beforeAll(async () => {
  await withRevisionFolder(async (folder) => {
    await folder.write('001.sql', revisionText({ id: '001', upgrade: UPGRADE }))
    const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    expect(await runPgateHere(['manifest'], { env })).toMatchObject({ exitCode: 0 })
    manifest = await readFile(join(folder.path, 'manifest.json'), 'utf8')
  })
})

describe('the manifest', () => {
  it('holds no name of a partition but those of default ones', () => {
    const names = [...manifest.matchAll(/"table public\.(\w+)"/g)].map(([, name]) => name)
    expect(names).toEqual([
      ...['closed', 'ev', 'ev_rest', 'ev_rest_rest', 'o', 'shard', 'uses_shard'],
    ])
  })
})

describe.each(servers())('partitions on $name', (server) => {
  it('of another day than the manifest’s open, with an identity, and under --strict', async () => {
    await migrate(server, async (_, env) => {
      const { exitCode, stdout } = await runPgateHere(['verify', '--strict'], { env })
      expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
      expect(stdout).not.toContain('extra')
    })
  })

  it('may come, go and be named as time and retention want it', async () => {
    await migrate(server, async (url) => {
      for (const statements of partOn(server, HARMLESS))
        expect({ statements, found: await foundAfter(url, statements) }).toEqual({
          statements,
          found: '',
        })
    })
  })

  it('that do not act as their parent does shut the gate', async () => {
    await migrate(server, async (url) => {
      for (const [statements, subject, finding] of partOn(server, HARMFUL)) {
        const found = await foundAfter(url, statements)
        expect(found).toContain(subject)
        expect(found).toContain(finding)
      }
    })
  })
})

class Undo extends Error {}

/** Why verify would shut the gate after these statements, which are rolled back; empty: it opens. */
async function foundAfter(url: string, statements: string): Promise<string> {
  const context = stepContext({ DATABASE_URL: url })
  const versions = new Set(['001'])
  const expected = { versions, liveVersions: versions, extensions: [], strict: false }
  const found: string[] = []
  await withTestSession(url, (session) =>
    withTransaction(session, async () => {
      await session.query(statements)
      const promised = parseManifest(manifest, 'manifest.json')
      const outcome = await verifySchema(context, session, { ...expected, manifest: promised })
      if (!outcome.ok) found.push(verifyFailure(outcome).message)
      throw new Undo()
    }),
  ).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw new Error(`${statements} failed`, { cause: error })
  })
  return found.join()
}
