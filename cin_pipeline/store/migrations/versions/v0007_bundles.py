"""Leases; and bundles of files, of which several may lie in the store of objects: a row says which counts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateSequence

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """See above. What is stored stays where it is: without a row it is looked for right under its place."""
    op.create_table(
        "bundles",
        sa.Column("place", sa.String(120), primary_key=True),
        sa.Column("prefix", sa.String(240), nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(160), primary_key=True),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    if op.get_bind().dialect.supports_sequences:
        op.execute(CreateSequence(sa.Sequence("lease_fences")))
