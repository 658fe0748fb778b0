"""The collection is part of a submission's key, every submission is identified, and tables have their words of today.

Files of which nobody could tell whose return they are leave `submissions` for `refused_files`, with their number and
the one event they had. The table `national_measures` goes: nothing read it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """See above. SQLite makes a table anew to change it (batch mode)."""
    _move_refused_files()
    with op.batch_alter_table("submissions") as submissions:
        submissions.add_column(sa.Column("collection", sa.String(8), nullable=False, server_default="cin"))
        submissions.alter_column("collection_year", existing_type=sa.Integer(), nullable=False)
        submissions.alter_column("la_code", existing_type=sa.String(6), nullable=False)
        submissions.alter_column("offers", existing_type=sa.Integer(), new_column_name="run_requests")
        submissions.drop_index("submissions_of_partition")
        submissions.create_index("submissions_of_partition", ["collection", "collection_year", "la_code"])
    with op.batch_alter_table("submissions") as submissions:
        # Only for the rows that were there: from now on the registry says what is collected, and the next number.
        submissions.alter_column("collection", existing_type=sa.String(8), server_default=None)
        submissions.alter_column("submission", existing_type=sa.Integer(), server_default=None)
    with op.batch_alter_table("counts") as counts:
        counts.alter_column("offered_previous", existing_type=sa.Integer(), new_column_name="requested_previous")
        counts.alter_column("offers", existing_type=sa.Integer(), new_column_name="run_requests")
    op.rename_table("reading_counts", "interpretation_counts")
    with op.batch_alter_table("interpretation_counts") as counts:
        counts.alter_column("reading_case", existing_type=sa.String(64), new_column_name="interpretation_case")
        counts.drop_index("reading_counts_of_submission")
        counts.create_index("interpretation_counts_of_submission", ["submission"])
    op.drop_table("national_measures")
    op.create_table(
        "national_input_versions",
        sa.Column("asset", sa.String(64), primary_key=True),
        sa.Column("collection_year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("input", sa.String(64), primary_key=True),
        sa.Column("version", sa.String(64), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop sequence if exists submissions_submission_seq")


def _move_refused_files() -> None:
    op.create_table(
        "refused_files",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    # In the version before such a file was rejected on receipt and never moved: it had this one event.
    op.execute(
        "insert into refused_files (number, file_name, sha256, size, received, refused, reason) "
        "select submission, file_name, sha256, size, received, "
        "coalesce((select max(at) from submission_events e where e.submission = s.submission), received), reason "
        "from submissions s where collection_year is null or la_code is null"
    )
    op.execute("delete from submission_events where submission in (select number from refused_files)")
    op.execute("delete from submissions where submission in (select number from refused_files)")
