import { FOLDER_FORMATS } from '../config/choices.ts'
import type { FormatName } from './format.ts'

/** A tool that pgate knows by the table that it keeps its history in. */
export interface KnownTool {
  readonly tool: string
  /** What runs it, where its files are code, or pgate does not read them. */
  readonly command?: string
  /** Its files are code: pgate goes around it, whether it reads them or not. */
  readonly isCode?: true
  /** The table's usual name. */
  readonly table: string
  /** Columns that show it under any name; a table with nothing more has to have its name, too. */
  readonly columns: readonly string[]
  readonly byName?: true
}

const FORMAT_NAMES = FOLDER_FORMATS.filter((name) => name !== 'auto')

/** Whose folders pgate runs, by the words of PGATE_FORMAT. */
export function formatOfTool({ tool, isCode }: KnownTool): FormatName | undefined {
  const word = tool.toLowerCase()
  return FORMAT_NAMES.find((name) => name === word && isCode !== true)
}

/** Types are as `pg_type` calls them. */
export const KNOWN_TOOLS: readonly KnownTool[] = [
  {
    tool: 'golang-migrate',
    table: 'schema_migrations',
    columns: ['version int8', 'dirty bool'],
  },
  {
    tool: 'sqlx',
    table: '_sqlx_migrations',
    columns: ['version int8', 'description text', 'success bool', 'checksum bytea'],
  },
  {
    tool: 'dbmate',
    table: 'schema_migrations',
    columns: ['version varchar'],
    byName: true,
  },
  {
    tool: 'Alembic',
    command: 'alembic upgrade head',
    isCode: true,
    table: 'alembic_version',
    columns: ['version_num varchar'],
    byName: true,
  },
  {
    tool: 'Prisma',
    command: 'npx prisma migrate deploy',
    table: '_prisma_migrations',
    columns: ['migration_name varchar', 'finished_at timestamptz', 'applied_steps_count int4'],
  },
  {
    tool: 'Drizzle',
    command: 'npx drizzle-kit migrate',
    table: '__drizzle_migrations',
    columns: ['id int4', 'hash text', 'created_at int8'],
  },
  {
    tool: 'Flyway',
    command: 'flyway migrate',
    table: 'flyway_schema_history',
    columns: ['installed_rank int4', 'script varchar', 'checksum int4', 'success bool'],
  },
  {
    tool: 'goose',
    command: 'goose up',
    table: 'goose_db_version',
    columns: ['version_id int8', 'is_applied bool', 'tstamp timestamp'],
  },
  {
    tool: 'node-pg-migrate',
    command: 'npx node-pg-migrate up',
    table: 'pgmigrations',
    columns: ['id int4', 'name varchar', 'run_on timestamp'],
  },
  {
    tool: 'diesel',
    command: 'diesel migration run',
    table: '__diesel_schema_migrations',
    columns: ['version varchar', 'run_on timestamp'],
  },
  {
    tool: 'Supabase',
    command: 'supabase db push --db-url "$DATABASE_URL"',
    table: 'schema_migrations',
    columns: ['version text', 'statements _text', 'name text'],
  },
  {
    tool: 'Atlas',
    command: 'atlas migrate apply --url "$DATABASE_URL"',
    table: 'atlas_schema_revisions',
    columns: ['executed_at timestamptz', 'partial_hashes jsonb', 'operator_version varchar'],
  },
  {
    tool: 'tern',
    command: 'tern migrate',
    table: 'schema_version',
    columns: ['version int4'],
    byName: true,
  },
  {
    tool: 'graphile-migrate',
    command: 'npx graphile-migrate migrate',
    table: 'migrations',
    columns: ['hash text', 'previous_hash text', 'filename text'],
  },
  {
    tool: 'refinery',
    command: 'refinery migrate',
    table: 'refinery_schema_history',
    columns: ['name varchar', 'applied_on varchar', 'checksum varchar'],
  },
  {
    tool: 'sql-migrate',
    command: 'sql-migrate up',
    table: 'gorp_migrations',
    columns: ['id text', 'applied_at timestamptz'],
    byName: true,
  },
  {
    tool: 'Knex',
    command: 'npx knex migrate:latest',
    table: 'knex_migrations',
    columns: ['name varchar', 'batch int4', 'migration_time timestamptz'],
  },
  {
    tool: 'TypeORM',
    command: 'npx typeorm migration:run',
    table: 'migrations',
    columns: ['id int4', 'timestamp int8', 'name varchar'],
  },
  {
    tool: 'Sequelize',
    command: 'npx sequelize-cli db:migrate',
    table: 'SequelizeMeta',
    columns: ['name varchar'],
    byName: true,
  },
  {
    tool: 'Django',
    command: 'python manage.py migrate',
    table: 'django_migrations',
    columns: ['app varchar', 'name varchar', 'applied timestamptz'],
  },
  {
    tool: 'Rails',
    command: 'bin/rails db:migrate',
    table: 'ar_internal_metadata',
    columns: ['key varchar', 'value varchar'],
    byName: true,
  },
  {
    tool: 'Liquibase',
    command: 'liquibase update',
    table: 'databasechangelog',
    columns: ['orderexecuted int4', 'exectype varchar', 'md5sum varchar'],
  },
]
