"""Who is in a return is kept, so that one with the children of another LA is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """See above. Of returns that are current it is made up when one is compared with them."""
    op.create_table(
        "return_children",
        sa.Column("submission", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("children", sa.Integer, nullable=False),
        sa.Column("child_keys", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.submission"]),
    )
