"""Facts the pipeline is built on, as data files, with their loaders.

Authorities, code sets, bank holidays and population. Contains public sector information licensed under the
Open Government Licence v3.0; see `data/`.
"""
