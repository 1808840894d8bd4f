import { describe, expect, it } from 'vitest'
import type { Answers } from '../../../src/diff/difference.ts'
import { readSchema } from '../../../src/diff/read-schema.ts'
import { inDatabase, SCOPE, schemaOf, travel } from '../../support/diff/there-and-back.ts'
import { anyServer } from '../../support/servers/servers.ts'

const SHOP = `
  create table users (id serial primary key, mail text not null, boss integer references users,
    constraint mail_given check (mail <> ''));
  create table orders (id integer generated always as identity primary key, user_id integer references users (id),
    mail text, note text default 'none', unique (user_id, note));
  create index on orders (user_id, lower(mail)); create index users_mail_idx on users (mail) where mail <> 'x';
  create view mails as select u.mail, o.note from users u join orders o on o.user_id = u.id;
  create function name_of(one users) returns text language sql as $$ select 'x' $$;
  create function touch() returns trigger language plpgsql as 'begin return new; end';
  create trigger touched before update of mail on users for each row when (new.mail <> '') execute function touch();
  create policy own on orders using (exists (select from users where users.id = orders.user_id and users.mail <> ''));
  insert into users (mail) values ('a'), ('b'); insert into orders (user_id, mail) values (1, 'm')`

describe.each(anyServer())('renames on $name', (server) => {
  it.each([
    ['a column', ['column users.mail', 'column users.email'], [['users.mail', 'users.email']]],
    ['a table', ['table users', 'table people'], [['users', 'people']]],
    [
      'a table and columns of it and of another',
      [
        'table users',
        'table people',
        'column users.mail',
        'column people.address',
        'column orders.user_id',
        'column orders.owner',
      ],
      [
        ['users', 'people'],
        ['people.mail', 'people.address'],
        ['orders.user_id', 'orders.owner'],
      ],
    ],
  ])('%s goes on under its new name with its rows, and back', async (_, answered, done) => {
    await inDatabase(server, async (session) => {
      const there = answersOf(answered)
      const names = new Map(done.map(([one = '', other = '']) => [one, other]))
      const wanted = await schemaOf(session, `${SHOP}; ${[...names].map(renameSql).join(';')}`)
      await session.query(SHOP)
      const first = await readSchema(session, SCOPE)
      const rows = await session.query('select json_agg(to_json(u)) from users u')

      expect(await travel(session, { from: first, to: wanted }, there)).toMatchObject({
        failure: undefined,
        wrong: [],
        unwritten: [],
        questions: [],
      })
      const reached = await readSchema(session, SCOPE)
      const back: Answers = {
        renames: new Map([...there.renames].map(([one, other]) => [other, one])),
      }
      expect(await travel(session, { from: reached, to: first }, back)).toMatchObject({
        failure: undefined,
        wrong: [],
        unwritten: [],
      })
      expect(await session.query('select json_agg(to_json(u)) from users u')).toEqual(rows)
    })
  })

  it('takes keys, indexes and sequences along that are called after a table and a column', async () => {
    await inDatabase(server, async (session) => {
      const table =
        'create table users (id serial primary key, mail text unique, boss integer references users);'
      const renamed = table.replaceAll('users', 'people').replace('mail', 'address')
      const index = 'create index on users (lower(mail));'
      const wanted = await schemaOf(
        session,
        renamed + index.replace('users', 'people').replace('mail', 'address'),
      )
      await session.query(`${table}${index} insert into users (mail) values ('a')`)
      const first = await readSchema(session, SCOPE)

      const answers = answersOf([
        'table users',
        'table people',
        'column users.mail',
        'column people.address',
      ])
      const { statements, ...leg } = await travel(session, { from: first, to: wanted }, answers)
      expect(leg).toMatchObject({ failure: undefined, wrong: [], unwritten: [] })
      expect(statements.map(({ sql }) => sql)).toEqual([
        'ALTER TABLE public.users RENAME TO people',
        'ALTER TABLE public.people RENAME COLUMN mail TO address',
        'ALTER TABLE public.people RENAME CONSTRAINT users_boss_fkey TO people_boss_fkey',
        'ALTER TABLE public.people RENAME CONSTRAINT users_mail_key TO people_address_key',
        'ALTER TABLE public.people RENAME CONSTRAINT users_pkey TO people_pkey',
        'ALTER INDEX public.users_lower_idx RENAME TO people_lower_idx',
        'ALTER SEQUENCE public.users_id_seq RENAME TO people_id_seq',
      ])
    })
  })
})

function renameSql([from, to]: readonly [string, string]): string {
  const [table, column] = from.split('.')
  if (column === undefined) return `alter table ${table} rename to ${to}`
  return `alter table ${table} rename column ${column} to ${to.split('.')[1]}`
}

/** Keys in pairs, of the schema public. */
function answersOf(keys: readonly string[]): Answers {
  const whole = keys.map((key) => key.replace(' ', ' public.'))
  const pairs = whole.flatMap((key, at) =>
    at % 2 === 0 ? [[key, whole[at + 1] ?? ''] as const] : [],
  )
  return { renames: new Map(pairs) }
}
