"""Run by Alembic, in the transaction that `store.upgrading` has begun and will end."""

from alembic import context

from cin_pipeline.store.database import METADATA
from cin_pipeline.store.versions import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=VERSION_TABLE
)
context.run_migrations()
