"""Under which further names the bytes of a submission came is kept, so that such a file is no delivery later on."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """See above. What came before the upgrade is not known."""
    op.create_table(
        "further_names",
        sa.Column("submission", sa.Integer, sa.ForeignKey("submissions.submission"), nullable=False, index=True),
        sa.Column("file_name", sa.Text, nullable=False),
    )
