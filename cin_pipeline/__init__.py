"""From children in need census returns to national statistics, as a Dagster project."""
