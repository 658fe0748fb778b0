"""The Department's methodology as plain functions over tables: no files, no clock, no Dagster.

To be read beside the methodology document of November 2017 (its sections as [s4]) and the interpretations that settle
what it leaves open (as [A12], docs/interpretations.md); `docs/methodology.md` maps each sentence to the function and
test that implement it.
"""
