import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainFileFault } from '../base/files.ts'

/** A tool whose files are code that pgate does not read. */
export interface CodeFolder {
  readonly tool: string
  readonly command: string
}

const CODE: readonly (CodeFolder & { readonly file: RegExp; readonly text: RegExp })[] = [
  {
    tool: 'Rails',
    command: 'bin/rails db:migrate',
    file: /^\d+_.*\.rb$/,
    text: /ActiveRecord::Migration/,
  },
  {
    tool: 'Django',
    command: 'python manage.py migrate',
    file: /\.py$/,
    text: /\bmigrations\.Migration\b/,
  },
  { tool: 'Ecto', command: 'mix ecto.migrate', file: /\.exs$/, text: /\buse Ecto\.Migration\b/ },
  {
    tool: 'TypeORM',
    command: 'npx typeorm migration:run',
    file: /\.[cm]?[jt]s$/,
    text: /\b(?:MigrationInterface|queryRunner)\b/,
  },
  {
    tool: 'Sequelize',
    command: 'npx sequelize-cli db:migrate',
    file: /\.[cm]?[jt]s$/,
    text: /\bqueryInterface\b/,
  },
  {
    tool: 'node-pg-migrate',
    command: 'npx node-pg-migrate up',
    file: /\.[cm]?[jt]s$/,
    text: /\bpgm\b/,
  },
  {
    tool: 'Knex',
    command: 'npx knex migrate:latest',
    file: /\.[cm]?[jt]s$/,
    text: /\b[Kk]nex\b/,
  },
  {
    tool: 'Liquibase',
    command: 'liquibase update',
    file: /\.(?:xml|ya?ml|json|sql)$/,
    text: /\bdatabaseChangeLog\b|^--\s*liquibase formatted/im,
  },
]

/** How many files are looked at. */
const MOST_FILES = 50

/**
 * The tool whose code a folder holds, as far as its first files show.
 * @throws what the file system throws
 */
export function codeFolderAt(directory: string): CodeFolder | undefined {
  const names = readdirSync(directory).sort().slice(0, MOST_FILES)
  for (const name of names) {
    const matches = CODE.filter(({ file }) => file.test(name))
    const path = join(directory, name)
    if (matches.length === 0 || plainFileFault(path, MOST_BYTES) !== undefined) continue
    const text = readFileSync(path, 'utf8')
    const found = matches.find((one) => one.text.test(text))
    if (found !== undefined) return found
  }
  return undefined
}

const MOST_BYTES = 1024 * 1024
