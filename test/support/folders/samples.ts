import type { FormatName } from '../../../src/formats/format.ts'
import { drizzleJournal } from '../peers/drizzle-folder.ts'

/** What a migration of every sample does, up and down. */
export interface Step {
  readonly name: string
  readonly up: string
  readonly down: string
  /** Whether PostgreSQL refuses it in a transaction. */
  readonly isAlone?: true
}

/** A tool's folder, and how its history is read by SQL. */
export interface FolderSample {
  readonly format: FormatName
  /** The files of a step, by name; `index` counts from 0. */
  readonly files: (step: Step, index: number) => Readonly<Record<string, string>>
  /** The revision's id. */
  readonly id: (index: number) => string
  /** A query of the ids that the tool itself would call applied, in order, as `id`. */
  readonly applied: string
  /** False where its files hold no downgrade. */
  readonly isReversible: boolean
}

/** A table, rows in it, an index of it. */
export const STEPS: readonly Step[] = [
  {
    name: 'users',
    up: 'create table users (id integer primary key, email text);',
    down: 'drop table users;',
  },
  { name: 'seed', up: "insert into users values (1, 'a'), (2, 'a');", down: 'delete from users;' },
  {
    name: 'email',
    up: 'create index concurrently users_email on users (email);',
    down: 'drop index concurrently users_email;',
    isAlone: true,
  },
]

/** Stops half-way as long as two users have one address. */
export const HALF: Step = {
  name: 'half',
  up: 'create table posts (id integer);\ncreate unique index concurrently users_once on users (email);',
  down: 'drop index concurrently users_once;\ndrop table posts;',
  isAlone: true,
}

const nameOf = (index: number) => (STEPS[index] ?? HALF).name
const number = (index: number) => String(index + 8)

/** A file for each direction; what sqlx reads at the first byte is a comment to others. */
function pair({ name, up, down, isAlone }: Step, index: number): Readonly<Record<string, string>> {
  const mark = isAlone ? '-- no-transaction\n' : ''
  return {
    [`${number(index)}_${name}.up.sql`]: `${mark}${up}\n`,
    [`${number(index)}_${name}.down.sql`]: `${mark}${down}\n`,
  }
}

export const SAMPLES: readonly FolderSample[] = [
  {
    format: 'diesel',
    files: ({ name, up, down, isAlone }, index) => {
      const folder = `2024-01-0${index}-000000_${name}`
      return {
        [`${folder}/up.sql`]: `${up}\n`,
        [`${folder}/down.sql`]: `${down}\n`,
        ...(isAlone && { [`${folder}/metadata.toml`]: 'run_in_transaction = false\n' }),
      }
    },
    id: (index) => `2024010${index}000000`,
    applied: 'select version as id from __diesel_schema_migrations order by 1',
    isReversible: true,
  },
  {
    format: 'goose',
    files: ({ name, up, down, isAlone }, index) => ({
      [`0000${number(index)}_${name}.sql`]: `${isAlone ? '-- +goose NO TRANSACTION\n' : ''}-- +goose Up\n${up}\n\n-- +goose Down\n${down}\n`,
    }),
    id: number,
    applied:
      'select version_id::text as id from goose_db_version where is_applied and version_id > 0 order by version_id',
    isReversible: true,
  },
  {
    format: 'flyway',
    files: ({ name, up, down }, index) => ({
      [`V${number(index)}__${name}.sql`]: `${up}\n`,
      [`U${number(index)}__${name}.sql`]: `${down}\n`,
    }),
    id: number,
    applied:
      'select version as id from flyway_schema_history where success order by installed_rank',
    isReversible: true,
  },
  {
    format: 'dbmate',
    files: ({ name, up, down, isAlone }, index) => {
      const option = isAlone ? ' transaction:false' : ''
      return {
        [`2024010${index}_${name}.sql`]: `-- migrate:up${option}\n${up}\n\n-- migrate:down${option}\n${down}\n`,
      }
    },
    id: (index) => `2024010${index}`,
    applied: 'select version as id from schema_migrations order by 1',
    isReversible: true,
  },
  {
    format: 'prisma',
    files: ({ name, up }, index) => ({
      'migration_lock.toml': 'provider = "postgresql"\n',
      [`2024010${index}000000_${name}/migration.sql`]: `${up}\n`,
    }),
    id: (index) => `2024010${index}000000_${nameOf(index)}`,
    applied: `select migration_name as id from _prisma_migrations
       where finished_at is not null and rolled_back_at is null order by started_at`,
    isReversible: false,
  },
  {
    format: 'drizzle',
    files: ({ name, up }, index) => ({
      'meta/_journal.json': drizzleJournal(
        [...STEPS.slice(0, index).map((step) => step.name), name].map((tag, when) => ({
          when: 1_704_067_200_000 + when,
          tag,
        })),
      ),
      [`${name}.sql`]: up.replaceAll(';\n', ';\n--> statement-breakpoint\n'),
    }),
    id: (index) => String(1_704_067_200_000 + index),
    applied: 'select created_at::text as id from drizzle.__drizzle_migrations order by id',
    isReversible: false,
  },
  {
    format: 'drizzle-1',
    files: ({ name, up }, index) => ({
      [`2024010${index}000000_${name}/migration.sql`]: up.replaceAll(
        ';\n',
        ';--> statement-breakpoint\n',
      ),
      [`2024010${index}000000_${name}/snapshot.json`]: '{}',
    }),
    id: (index) => `2024010${index}000000_${nameOf(index)}`,
    applied: 'select name as id from drizzle.__drizzle_migrations order by id',
    isReversible: false,
  },
  {
    format: 'golang-migrate',
    files: pair,
    id: number,
    applied:
      "select id from unnest(array['8', '9', '10', '11']) id, schema_migrations where id::bigint <= version and not dirty",
    isReversible: true,
  },
  {
    format: 'sqlx',
    files: pair,
    id: number,
    applied: 'select version::text as id from _sqlx_migrations where success order by version',
    isReversible: true,
  },
]
