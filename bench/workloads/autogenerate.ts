import { cp, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bench, fewer, type Workload } from '../harness/bench.ts'
import { type CaseResult, type Contestant, measureCase } from '../harness/case.ts'
import { type Command, mustRun } from '../harness/command.ts'
import { timed } from '../harness/contestants.ts'
import { writeFiles } from '../harness/files.ts'
import { digits } from '../harness/revisions.ts'
import { BUILT_PGATE, pgateCommand } from '../tools/pgate.ts'
import { packageFile, packageVersion, programVersion } from '../tools/versions.ts'

const TABLES = 300

/** A revision out of models of many tables, one of which has a new column with an index. */
export const autogenerate: Workload = {
  name: 'autogenerate',
  cases: [{ id: 'autogenerate.300', run }],
}

async function run(bench: Bench): Promise<CaseResult> {
  const tables = bench.size(TABLES)
  const contestants = [
    ...(await Promise.all([pgate(bench, tables, 'built-in'), pgate(bench, tables, 'server')])),
    ...((await programVersion('alembic', ['--version'])) ? [await alembic(bench, tables)] : []),
    ...((await packageVersion('drizzle-kit')) ? [await drizzle(bench, tables)] : []),
  ]
  return measureCase({
    id: 'autogenerate.300',
    title: `autogenerate: ${tables} tables, one new column and index`,
    unit: 'ms',
    runs: fewer(bench, 3),
    contestants,
  })
}

/** Proven there and back on a throwaway database, which the others do not do. */
async function pgate(
  { stock, folder }: Bench,
  tables: number,
  where: 'built-in' | 'server',
): Promise<Contestant> {
  const wanted = join(folder, 'wanted.sql')
  await writeFiles(folder, [['wanted.sql', tablesSql(tables, true)]])
  const project = await stock.project(`autogenerate pgate ${where}`, async (made) => {
    await writeFiles(made.folder, [
      [
        '001_tables.sql',
        `-- revision: 001\n-- revises: none\n\n-- pgate: upgrade\n${tablesSql(tables, false)}`,
      ],
    ])
  })
  const generate = (message: string) => [
    ...['revision', '--autogenerate', '-m', message, '--to', wanted],
    ...(where === 'server' ? ['--shadow-url', serverOf(project.url)] : []),
  ]
  return {
    name: where === 'server' ? 'pgate, on the server' : 'pgate, built-in PostgreSQL',
    kind: 'pgate',
    measure: () =>
      timedThenCleared(pgateCommand(BUILT_PGATE, generate('change'), project), project.folder),
  }
}

/** Another database of the server: the throwaway one may not be the project's own. */
function serverOf(url: string): string {
  const server = new URL(url)
  server.pathname = '/postgres'
  return server.href
}

/** @see https://alembic.sqlalchemy.org/en/latest/autogenerate.html */
async function alembic({ stock }: Bench, tables: number): Promise<Contestant> {
  const project = await stock.project('autogenerate alembic', async ({ folder, url }) => {
    await writeFiles(folder, [
      ['alembic.ini', '[alembic]\nscript_location = .\n'],
      ['script.py.mako', ALEMBIC_TEMPLATE],
      ['env.py', ALEMBIC_ENV],
      ['models.py', models(tables, false)],
    ])
    await mkdir(join(folder, 'versions'))
    for (const args of [
      ['revision', '--autogenerate', '-m', 'tables'],
      ['upgrade', 'head'],
    ]) {
      await mustRun(alembicCommand(folder, url, args))
    }
    await writeFiles(folder, [['models.py', models(tables, true)]])
  })
  const versions = join(project.folder, 'versions')
  return {
    name: 'alembic',
    kind: 'peer',
    measure: () =>
      timedThenCleared(
        alembicCommand(project.folder, project.url, ['revision', '--autogenerate', '-m', 'change']),
        versions,
      ),
  }
}

/** Compares with its own snapshot file: it needs no database, and sees none. */
async function drizzle({ stock }: Bench, tables: number): Promise<Contestant> {
  const project = await stock.project('autogenerate drizzle', async ({ folder }) => {
    const config = { dialect: 'postgresql', schema: './schema.ts', out: './out' }
    await symlink(packageFile(), join(folder, 'node_modules'))
    await writeFiles(folder, [
      ['drizzle.config.json', JSON.stringify(config)],
      ['schema.ts', drizzleSchema(tables, false)],
    ])
    await mustRun(drizzleCommand(folder))
    await writeFiles(folder, [['schema.ts', drizzleSchema(tables, true)]])
    await rename(join(folder, 'out'), join(folder, 'before'))
  })
  const out = join(project.folder, 'out')
  return {
    name: 'drizzle-kit',
    kind: 'peer',
    measure: async () => {
      await rm(out, { recursive: true, force: true })
      await cp(join(project.folder, 'before'), out, { recursive: true })
      return timed(drizzleCommand(project.folder))
    },
  }
}

function drizzleCommand(folder: string): Command {
  const args = [packageFile('drizzle-kit', 'bin.cjs'), 'generate', '--config=drizzle.config.json']
  return { program: process.execPath, args, cwd: folder }
}

function alembicCommand(folder: string, url: string, args: readonly string[]): Command {
  const env = { DATABASE_URL: url.replace(/^postgres:/, 'postgresql:'), PYTHONPATH: folder }
  return { program: 'alembic', args, env, cwd: folder }
}

/** What one run wrote is gone before the next. */
async function timedThenCleared(command: Command, folder: string) {
  const before = new Set(await readdir(folder))
  const measured = await timed(command)
  for (const name of await readdir(folder)) {
    if (!before.has(name)) await rm(join(folder, name), { recursive: true })
  }
  return measured
}

function tablesSql(tables: number, isChanged: boolean): string {
  return names(tables)
    .map((name, at) =>
      [
        `create table ${name} (id bigserial primary key, name varchar(80) not null, note text${isChanged && at === 0 ? ', added integer' : ''});`,
        `create index ix_${name}_name on ${name} (name);`,
        ...(isChanged && at === 0 ? [`create index ix_${name}_added on ${name} (added);`] : []),
      ].join('\n'),
    )
    .join('\n')
}

function models(tables: number, isChanged: boolean): string {
  const classes = names(tables).map(
    (name, at) => `
class T${digits(at + 1)}(Base):
    __tablename__ = "${name}"
    id = Column(BigInteger, primary_key=True)
    name = Column(String(80), nullable=False, index=True)
    note = Column(Text)
${isChanged && at === 0 ? '    added = Column(Integer, index=True)\n' : ''}`,
  )
  return `from sqlalchemy import BigInteger, Column, Integer, String, Text
from sqlalchemy.orm import declarative_base

Base = declarative_base()
${classes.join('\n')}`
}

function drizzleSchema(tables: number, isChanged: boolean): string {
  const made = names(tables).map((name, at) => {
    const added = isChanged && at === 0
    return `export const ${name} = pgTable('${name}', {
  id: bigserial({ mode: 'number' }).primaryKey(),
  name: varchar({ length: 80 }).notNull(),
  note: text(),${added ? '\n  added: integer(),' : ''}
}, (t) => [index('ix_${name}_name').on(t.name)${added ? `, index('ix_${name}_added').on(t.added)` : ''}])`
  })
  return `import { bigserial, index, integer, pgTable, text, varchar } from 'drizzle-orm/pg-core'
${made.join('\n')}`
}

function names(tables: number): readonly string[] {
  return Array.from({ length: tables }, (_, at) => `table_${digits(at + 1)}`)
}

const ALEMBIC_ENV = `import os
from alembic import context
from sqlalchemy import create_engine, pool
from models import Base

engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
`

const ALEMBIC_TEMPLATE = `from alembic import op
import sqlalchemy as sa

revision = \${repr(up_revision)}
down_revision = \${repr(down_revision)}


def upgrade():
    \${upgrades if upgrades else "pass"}


def downgrade():
    \${downgrades if downgrades else "pass"}
`
