"""Alembic's migrations of the database: `env` is what Alembic runs, `versions` holds one file per version.

How to add one is in CONTRIBUTING.md. There is no way back but the copy that an upgrade makes first."""
