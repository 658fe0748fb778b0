"""How the items of each submission were read, and how many children it holds: so that what is in doubt is known."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """See above. Nothing is known of submissions that were cleaned before."""
    with op.batch_alter_table("submission_quality") as quality:
        quality.add_column(sa.Column("children", sa.Integer(), nullable=True))
    op.create_table(
        "items_not_read",
        sa.Column("submission", sa.Integer(), sa.ForeignKey("submissions.submission"), nullable=False),
        sa.Column("table_name", sa.String(40), nullable=False),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("submission", "table_name", "item"),
    )
