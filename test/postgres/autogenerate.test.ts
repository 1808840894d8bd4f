import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { type RevisionFolder, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const BEFORE = revisionText({
  id: 'aaa',
  upgrade: `
    create type mood as enum ('ok', 'bad');
    create table users (id int primary key, email text not null, mood mood not null default 'ok');
    create table posts (id int primary key, author int not null, old text);
    create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger touch before update on posts for each row execute function touch();
    create function next_id() returns int language sql as 'select 7';
    create schema audit;`,
  downgrade: `
    drop schema audit; drop table posts, users; drop function touch(); drop function next_id(); drop type mood;`,
})

/** As the revision has them, but for functions and triggers, which models do not hold. */
const MODELS = `
  create table audit.events (id int default next_id());
  create table posts (id int primary key, author int not null, old text);
  create table users (id int primary key, email text not null, mood mood not null default 'ok');
  create type mood as enum ('ok', 'bad');`

describe.each(servers({ since: 17 }).slice(0, 1))('autogenerate, on $name,', (server) => {
  const it = testOn(server)

  const run = (folder: RevisionFolder, args: readonly string[], env = {}) => {
    const revisions = join(folder.path, 'revisions')
    const shadow = ['--shadow-url', server.url, '--log-format', 'pretty']
    return runPgateHere([...args, ...shadow], {
      env: { PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: revisions, ...env },
    })
  }
  const generate = (folder: RevisionFolder, ...args: readonly string[]) =>
    run(folder, ['revision', '--autogenerate', '-m', 'next', '--to', models(folder), ...args])
  const models = (folder: RevisionFolder) => join(folder.path, 'models.sql')

  /** Without its header; absent: there is none but the first. */
  async function generated(folder: RevisionFolder): Promise<string | undefined> {
    const names = await readdir(join(folder.path, 'revisions'))
    const name = names.find((one) => one.endsWith('_next.sql'))
    const text = name && (await readFile(join(folder.path, 'revisions', name), 'utf8'))
    return text?.slice(text.indexOf('-- pgate: upgrade'))
  }

  async function write(folder: RevisionFolder, wanted: string, before = BEFORE): Promise<void> {
    await folder.write('revisions/aaa.sql', before)
    await folder.write('models.sql', wanted)
  }

  it('writes what is missing, in any order, leads there and back, and then says that nothing is', async ({
    folder,
    database: { url },
  }) => {
    const wanted = MODELS.replace('old text', 'old text, score int not null default 3')
      .replace("'ok', 'bad'", "'ok', 'meh', 'bad'")
      .concat('create index posts_author on posts (author);')
    await write(folder, wanted)
    const check = await generate(folder, '--check')
    expect(check.stderr).toContain('SCHEMA_DIFFERS')
    expect(check.stderr).toContain('ADD COLUMN score')
    expect(check.exitCode).toBe(60)
    expect(await generated(folder)).toBeUndefined()
    const made = await generate(folder)
    expect(made.stderr).not.toMatch(/WARN|ERROR/)
    expect(made.stdout).toMatch(/^\S+_next\.sql\n$/)
    expect(await generated(folder)).toMatchInlineSnapshot(`
      "-- pgate: upgrade
      BEGIN;

      ALTER TYPE mood ADD VALUE 'meh' AFTER 'ok';

      COMMIT;

      BEGIN;

      CREATE TABLE audit.events (
        id integer DEFAULT next_id()
      );

      ALTER TABLE posts ADD COLUMN score integer DEFAULT 3 NOT NULL;

      COMMIT;

      CREATE INDEX CONCURRENTLY posts_author ON posts USING btree (author);

      -- pgate: downgrade
      DROP TABLE audit.events;

      DROP INDEX posts_author;

      ALTER TABLE posts DROP COLUMN score;

      ALTER TABLE users ALTER COLUMN mood DROP DEFAULT;

      ALTER TYPE mood RENAME TO mood__old;

      CREATE TYPE mood AS ENUM ('ok', 'bad');

      ALTER TABLE users ALTER COLUMN mood TYPE mood USING mood::text::mood;

      DROP TYPE mood__old;

      ALTER TABLE users ALTER COLUMN mood SET DEFAULT 'ok'::mood;
      "
    `)
    const none = await generate(folder)
    expect(none).toMatchObject({ exitCode: 0, stdout: '' })
    expect(none.stderr).toContain('nothing to write')
    const env = {
      DATABASE_URL: url,
      PGATE_EXTENSIONS: '',
      PGATE_MIGRATIONS: `${folder.path}/revisions`,
    }
    const upgraded = await runPgateHere(['upgrade'], { env })
    expect(upgraded.exitCode).toBe(0)
    const live = await run(folder, ['diff', '--from', 'live', '--to', models(folder)], env)
    expect(live).toMatchObject({ exitCode: 0, stdout: '' })
  })

  it('leaves to the author what destroys data, and asks whether it is a rename', async ({
    folder,
  }) => {
    const wanted = MODELS.replace('old text', 'fresh text').replace(
      /create table users.*/,
      'create table people (id int primary key, email text not null);',
    )
    await write(folder, wanted)
    const made = await generate(folder)
    expect(made.exitCode).toBe(0)
    expect(made.stderr).toContain('--rename public.posts.old=public.posts.fresh')
    const text = await generated(folder)
    expect(text).toContain('-- ALTER TABLE posts DROP COLUMN old;')
    expect(text).toContain('-- DROP TABLE users;')
    expect(text).toMatch(/^-- DROP TABLE users;$/m)
    expect(text).toContain('--rename public.posts.old=public.posts.fresh')
    // As the author means it: the dashes are gone.
    const names = await readdir(join(folder.path, 'revisions'))
    const name = names.find((one) => one.endsWith('_next.sql')) ?? ''
    const path = join('revisions', name)
    const whole = await readFile(join(folder.path, path), 'utf8')
    await folder.write(path, whole.replaceAll(/^-- (?=ALTER|DROP|CREATE|\)| {2})/gm, ''))
    const tried = await run(folder, ['test', '--all'])
    expect(tried.stdout + tried.stderr).not.toContain('failed')
    expect(tried.exitCode).toBe(0)
    expect((await generate(folder, '--check')).exitCode).toBe(0)
  })

  it('renames a table and a column where that is answered, with what hangs on them', async ({
    folder,
  }) => {
    const wanted = MODELS.replaceAll('posts', 'articles').replace('old text', 'fresh text')
    await write(folder, wanted)
    const answers = ['--rename', 'posts=articles', '--rename', 'posts.old=articles.fresh']
    const made = await generate(folder, ...answers)
    expect(made.stderr + made.stdout).not.toMatch(/WARN|ERROR|failed/)
    expect(await generated(folder)).toMatchInlineSnapshot(`
      "-- pgate: upgrade
      -- lint: breaks-the-running-version: posts is called articles from here on
      ALTER TABLE posts RENAME TO articles;

      -- lint: breaks-the-running-version: old of articles is called fresh from here on
      ALTER TABLE articles RENAME COLUMN old TO fresh;

      ALTER TABLE articles RENAME CONSTRAINT posts_pkey TO articles_pkey;

      CREATE TABLE audit.events (
        id integer DEFAULT next_id()
      );

      -- pgate: downgrade
      ALTER TABLE articles RENAME TO posts;

      ALTER TABLE posts RENAME COLUMN fresh TO old;

      ALTER TABLE posts RENAME CONSTRAINT articles_pkey TO posts_pkey;

      DROP TABLE audit.events;
      "
    `)
    const wrong = await generate(folder, '--rename', 'posts.odl=articles.fresh')
    expect(wrong).toMatchObject({ exitCode: 20 })
  })

  it('drops what models hold none of only where that is asked for', async ({ folder }) => {
    await write(folder, MODELS.replace(' default next_id()', ''))
    const files = ['diff', '--from', 'heads', '--to', models(folder)]
    expect((await run(folder, files)).stdout).toBe(
      'CREATE TABLE audit.events (\n  id integer\n);\n',
    )
    const dropped = await run(folder, [...files, '--drop-unknown'], {
      PGATE_EXTENSIONS: '',
    })
    expect(dropped.stderr + dropped.stdout).toContain('MODELS_FAILED')
    await write(folder, `create schema audit; ${MODELS}`.replace(' default next_id()', ''))
    expect((await run(folder, [...files, '--drop-unknown'])).stdout).toContain(
      'DROP FUNCTION public.touch()',
    )
  })

  it('writes the file all the same where it does not lead there and back, and says what is left', async ({
    folder,
  }) => {
    const before = BEFORE.replace(
      'create schema audit;',
      'create schema audit; create table parts (m mood not null) partition by list (m);',
    ).replace('drop table posts', 'drop table parts, posts')
    await write(
      folder,
      `${MODELS} create table parts (m text not null) partition by list (m);`,
      before,
    )
    const made = await generate(folder)
    expect(made.stderr).toContain('AUTOGENERATE_UNPROVED')
    expect(made.exitCode).toBe(60)
    expect(await generated(folder)).toMatch(/^-- Not proved: what is left is\n-- /m)
  })

  it('prints between any two sides, and says where two servers may print otherwise', async ({
    folder,
    database: { url },
  }) => {
    await write(folder, MODELS)
    await queryRows(url, 'create table only_live (a int)')
    const env = { DATABASE_URL: url }
    const sides = [
      ['live', 'base', '-- DROP TABLE public.only_live;'],
      ['base', 'live', 'CREATE TABLE public.only_live ('],
      ['base', url, 'CREATE TABLE public.only_live ('],
      [url, 'aaa', 'CREATE TABLE public.posts ('],
      ['aaa', 'heads', ''],
    ] as const
    for (const [from, to, sql] of sides) {
      const { stdout, exitCode } = await run(folder, ['diff', '--from', from, '--to', to], env)
      expect({ exitCode, to, found: stdout.includes(sql) }).toEqual({
        exitCode: 0,
        to,
        found: true,
      })
    }
    const early = await run(folder, ['diff', '--from', 'base', '--to', models(folder)], {
      PGATE_MIGRATIONS: join(folder.path, 'none-yet'),
    })
    expect(early.stderr).toContain('schema "audit" does not exist')
    const allowed = ['diff', '--from', 'live', '--to', 'base', '--allow-destructive', '--json']
    expect(JSON.parse((await run(folder, allowed, env)).stdout)).toMatchObject({
      sql: 'DROP TABLE public.only_live;',
      statements: [{ key: 'table public.only_live', isComment: false }],
    })
    const other = ['diff', '--from', 'live', '--to', 'base', '--log-format', 'pretty']
    const said = await runPgateHere(other, {
      env: { ...env, PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: `${folder.path}/revisions` },
    })
    expect(said.stderr).toContain('--shadow-url')
    const shadow = await run(folder, ['diff', '--from', 'heads', '--to', 'base'], {
      DATABASE_URL: server.url,
    })
    expect(shadow.exitCode).toBe(20)
  })

  it('leaves PGATE_SCHEMA to the gate, which makes it before the first revision', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('models.sql', 'create table a (id int primary key);')
    const env = { PGATE_SCHEMA: 'My App', DATABASE_URL: url }
    const made = await run(
      folder,
      ['revision', '--autogenerate', '-m', 'next', '--to', models(folder)],
      env,
    )
    expect(made).toMatchObject({ exitCode: 0 })
    expect(await generated(folder)).not.toContain('SCHEMA')
    expect((await run(folder, ['test', '--all'], env)).exitCode).toBe(0)
    const upgraded = await runPgateHere(['upgrade'], {
      env: { ...env, PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: `${folder.path}/revisions` },
    })
    expect(upgraded).toMatchObject({ exitCode: 0 })
  })

  it('says what is wrong with models', async ({ folder }) => {
    await write(folder, 'create table a (b nothing);')
    await folder.write('empty.sql', '\n')
    await folder.write('whole-server.sql', 'create table a ();\ndrop database if exists nobody;')
    const cases = [
      [['--to', join(folder.path, 'empty.sql')], 20, 'MODELS_INVALID', 'empty.sql is empty'],
      [
        ['--to', join(folder.path, 'whole-server.sql')],
        20,
        'MODELS_INVALID',
        'whole-server.sql:2:1',
      ],
      [[], 53, 'MODELS_FAILED', 'models.sql:1:19: type "nothing" does not exist'],
      [['--to-command', 'nobody-has-this'], 20, 'MIGRATOR_NOT_FOUND', 'nobody-has-this'],
      [['--to-command', 'true'], 20, 'MODELS_INVALID', 'printed nothing'],
      [
        ['--to-command', `sh -c "echo '> app'; echo; echo 'create table a ()'"`],
        20,
        'MODELS_INVALID',
        'output of sh:1:1',
      ],
      [
        ['--to-command', 'sh -c "echo its reason >&2; exit 3"'],
        53,
        'MIGRATOR_FAILED',
        'its reason',
      ],
    ] as const
    for (const [args, exitCode, code, said] of cases) {
      const to = args.length === 0 ? ['--to', models(folder)] : args
      const made = await run(folder, ['revision', '--autogenerate', '--check', ...to])
      expect(made.stderr).toContain(code)
      expect(made.stderr).toContain(said)
      expect(made.exitCode).toBe(exitCode)
    }
  })

  it("refuses another tool's folder, and prints for it", async ({ folder }) => {
    await folder.write(
      'revisions/20260101000000_a.sql',
      '-- migrate:up\ncreate table a ();\n-- migrate:down\ndrop table a;\n',
    )
    await folder.write('models.sql', 'create table a (b int);')
    const refused = await generate(folder)
    expect(refused.stderr).toContain('pgate diff --from heads --to models')
    expect(refused.exitCode).toBe(50)
    const printed = await run(folder, ['diff', '--from', 'heads', '--to', 'models'], {
      PGATE_MODELS: models(folder),
    })
    expect(printed.stdout).toBe('ALTER TABLE public.a ADD COLUMN b integer;\n')
  })
})
