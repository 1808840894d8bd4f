"""fill slugs

Revision ID: 8a4e5d6c1b20
Revises: 3f1c9a2b7d10
Create Date: 2026-01-12 10:15:00.000000

"""
from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

revision: str = "8a4e5d6c1b20"
down_revision: Union[str, None] = "3f1c9a2b7d10"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    # Reads rows, so it cannot be rendered as SQL without a database.
    bind = op.get_bind()
    for row in bind.execute(sa.text("select id, title from documents")).fetchall():
        bind.execute(
            sa.text("update documents set slug = :slug where id = :id"),
            {"slug": row.title.lower().replace(" ", "-"), "id": row.id},
        )
    op.alter_column("documents", "slug", nullable=False)


def downgrade() -> None:
    op.alter_column("documents", "slug", nullable=True)
