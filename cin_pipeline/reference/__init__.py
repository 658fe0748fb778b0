"""Facts the pipeline is built on, as data files, with their loaders.

Authorities, code sets, bank holidays, population (of both vintages: the Department's releases of 2022 and 2025, from
mid-year estimates of the Office for National Statistics) and published tables (2013 to 2024, some to 2025). Contains
public sector information licensed under the Open Government Licence v3.0; see `data/`.
"""
