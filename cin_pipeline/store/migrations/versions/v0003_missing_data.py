"""Figures of England say what was done about what is missing: until now it was always estimated."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """See above. An estimate that is 0 cannot be told from a figure that all LAs gave."""
    with op.batch_alter_table("estimates") as estimates:
        estimates.add_column(sa.Column("missing_data", sa.String(40), nullable=False, server_default=""))
    op.execute("update estimates set missing_data = 'estimate' where estimated is null or estimated <> 0")
    with op.batch_alter_table("estimates") as estimates:
        estimates.alter_column("missing_data", existing_type=sa.String(40), server_default=None)
