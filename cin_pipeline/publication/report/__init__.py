"""The release report: the figures as published, as one page for people who read no workbook.

Pure: published cells in, a string out. Only protected cells are looked at, so nothing suppressed can be read from it.
"""

from cin_pipeline.publication.report.page import release_report

__all__ = ["release_report"]
