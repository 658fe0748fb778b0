"""The rules themselves, a module for each part of the return.

Ids, severities, years and data items stand in reference/data/validation-rules.csv. A function answers which records
break its rule; what is said of missing dates, flags and codes in `validation.inputs` holds for all of them.

A rule to be added or changed: its row in the file, its function with the message here, its cases in
`cin_pipeline_tests/validation/cases_<part>.py` (a hit, the nearest misses, missing values; the first hit is planted in
a valid return), and the page written anew (`python -m cin_pipeline.validation.rules_page`).
"""
