"""What came of checking a file, as a page to send back to its sender.

Pure: facts and tables in, a string out. Writing it to a disk, and the time of day, are the caller's.
"""

from cin_pipeline.validation.reporting.outcomes import RuleLine, not_run_by_reason, number_run, rule_lines
from cin_pipeline.validation.reporting.page import About, rejection_page, report_page

__all__ = ["About", "RuleLine", "not_run_by_reason", "number_run", "rejection_page", "report_page", "rule_lines"]
