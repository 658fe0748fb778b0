"""What tells a file of the inbox from the next is one text, which a bucket has too."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """See above. The files seen before are the same files after."""
    with op.batch_alter_table("inbox_files") as files:
        files.add_column(sa.Column("version", sa.Text(), nullable=True))
        files.alter_column("mtime_ns", new_column_name="changed_ns", existing_type=sa.BigInteger())
    files_seen = sa.table(
        "inbox_files", sa.column("version"), sa.column("changed_ns", sa.BigInteger), sa.column("inode", sa.String)
    )
    time_and_inode = sa.cast(files_seen.c.changed_ns, sa.String) + "-" + files_seen.c.inode
    op.execute(sa.update(files_seen).values(version=time_and_inode))
    with op.batch_alter_table("inbox_files") as files:
        files.alter_column("version", existing_type=sa.Text(), nullable=False)
        files.drop_column("inode")
