"""Hostile and mistaken files of every kind, each with the verdict it must end with: `python -m
cin_pipeline_tests.hostile TABLE.csv` shows them, CONTRIBUTING says how to add one."""
