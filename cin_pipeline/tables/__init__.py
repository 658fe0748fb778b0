"""What a table is declared with: each has one declaration, beside the code that makes it.

Its schema and check, its SQL table, its columns in the Dagster UI and its part of docs/data-dictionary.md derive from
it. The linked tables of a return are declared by the census (`census.specification`).
"""
