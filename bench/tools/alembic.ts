import { writeFiles } from '../harness/files.ts'
import { type BenchRevision, digits } from '../harness/revisions.ts'
import type { Tool } from '../harness/tool.ts'
import { programVersion } from './versions.ts'

const INI = '[alembic]\nscript_location = .\n'

const ENV = `import os
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
`

/** From the path, with psycopg2. @see https://alembic.sqlalchemy.org */
export const alembic: Tool = {
  name: 'alembic',
  kind: 'peer',
  version: () => programVersion('alembic', ['--version']),
  write: (folder, revisions) =>
    writeFiles(folder, [
      ['alembic.ini', INI],
      ['env.py', ENV],
      ...revisions.map(
        (revision) => [`versions/${idOf(revision.number)}.py`, script(revision)] as const,
      ),
    ]),
  apply: ({ folder, url }) => ({
    program: 'alembic',
    args: ['upgrade', 'head'],
    env: { DATABASE_URL: url.replace(/^postgres:/, 'postgresql:') },
    cwd: folder,
  }),
}

function script({ number, up, down }: BenchRevision): string {
  const revises = number === 1 ? 'None' : `"${idOf(number - 1)}"`
  return `from alembic import op

revision = "${idOf(number)}"
down_revision = ${revises}


def upgrade():
${calls(up)}

def downgrade():
${calls(down)}`
}

function calls(statements: readonly string[]): string {
  return statements.map((statement) => `    op.execute("""${statement}""")\n`).join('')
}

function idOf(number: number): string {
  return `b0${digits(number)}`
}
