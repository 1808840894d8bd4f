"""index slugs

Revision ID: c27b90e4f530
Revises: 8a4e5d6c1b20
Create Date: 2026-02-03 14:00:00.000000

"""
from typing import Sequence, Union

from alembic import op

revision: str = "c27b90e4f530"
down_revision: Union[str, None] = "8a4e5d6c1b20"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "documents_slug_idx", "documents", ["slug"], unique=True, postgresql_concurrently=True
        )


def downgrade() -> None:
    op.drop_index("documents_slug_idx")
