/** One of Alembic's revision scripts, before it is written as Python. */
export interface AlembicRevision {
  readonly id: string
  /** None for a base, two and more for a merge. */
  readonly revises?: readonly string[]
  /** The docstring's first paragraph. */
  readonly message: string
  /** As Alembic writes it: `2025-10-18 02:30:00.123456`. */
  readonly created?: string
  readonly branchLabels?: readonly string[]
  readonly dependsOn?: readonly string[]
  /** The bodies of both functions, in Python; none: `pass`. */
  readonly upgrade?: readonly string[]
  readonly downgrade?: readonly string[]
}

export const ALEMBIC_INI = `[alembic]
script_location = /project
`

/** As `alembic init` writes it, with the address and the mode from outside. */
export const ALEMBIC_ENV = `import os
from alembic import context
from sqlalchemy import create_engine, pool

url = os.environ["ALEMBIC_URL"]
options = context.get_x_argument(as_dictionary=True)
per_migration = "per_migration" in options
version_table = options.get("version_table", "alembic_version")
version_table_schema = options.get("version_table_schema")

if context.is_offline_mode():
    context.configure(
        url=url,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
        transaction_per_migration=per_migration,
        version_table=version_table,
        version_table_schema=version_table_schema,
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, transaction_per_migration=per_migration)
        with context.begin_transaction():
            context.run_migrations()
`

/** The script as Alembic's own template has it. */
export function scriptOf(revision: AlembicRevision): string {
  const { id, revises = [], message, created = '2025-10-18 02:30:00.123456' } = revision
  return `"""${message}

Revision ID: ${id}
Revises: ${revises.join(', ')}
Create Date: ${created}

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = ${JSON.stringify(id)}
down_revision = ${tupleOf(revises)}
branch_labels = ${tupleOf(revision.branchLabels)}
depends_on = ${tupleOf(revision.dependsOn)}


def upgrade():
${bodyOf(revision.upgrade)}


def downgrade():
${bodyOf(revision.downgrade)}
`
}

function tupleOf(ids: readonly string[] = []): string {
  if (ids.length === 0) return 'None'
  if (ids.length === 1) return JSON.stringify(ids[0])
  return `(${ids.map((id) => JSON.stringify(id)).join(', ')})`
}

function bodyOf(lines: readonly string[] = []): string {
  return (lines.length === 0 ? ['pass'] : lines).map((line) => `    ${line}`).join('\n')
}
