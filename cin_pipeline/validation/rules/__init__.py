"""The rules themselves, a module for each part of the return.

Ids, severities, years and data items stand in reference/data/validation-rules.csv. A function answers which records
break its rule; what is said of missing dates, flags and codes in `validation.inputs` holds for all of them.
"""
