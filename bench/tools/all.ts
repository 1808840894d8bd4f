import type { Tool } from '../harness/tool.ts'
import { alembic } from './alembic.ts'
import { dbmate } from './dbmate.ts'
import { golangMigrate } from './golang-migrate.ts'
import { goose } from './goose.ts'
import { graphileMigrate } from './graphile-migrate.ts'
import { knex } from './knex.ts'
import { nodePgMigrate } from './node-pg-migrate.ts'
import { pgate, pgateUpgrade } from './pgate.ts'
import { postgrator } from './postgrator.ts'
import { drizzle, postgresMigrations, umzug } from './programs.ts'
import { tern } from './tern.ts'

/** Every tool that the benchmark knows, whether it is on this machine or not. */
export const TOOLS: readonly Tool[] = [
  pgate(),
  pgateUpgrade,
  goose,
  tern,
  golangMigrate,
  dbmate,
  postgresMigrations,
  drizzle,
  knex,
  nodePgMigrate,
  umzug,
  postgrator,
  graphileMigrate,
  alembic,
]
