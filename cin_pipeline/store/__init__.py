"""Durable things: row tables in Parquet, the registry, measures and estimates in SQL, write-once copies of returns."""
