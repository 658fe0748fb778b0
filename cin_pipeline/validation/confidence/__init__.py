"""Data confidence: how far the figures of one LA's return can be relied on, module by module.

The Department makes data confidence indicators after submission [s3, s6] and has not published how; which ones are
made here, and every threshold, are our choice (docs/data-confidence.md); beside them stand the year-on-year checks,
which are the Department's. Counts and shares only, never a child.
"""

from cin_pipeline.validation.confidence.grading import HIGH, LOW, MEDIUM, NOT_AVAILABLE
from cin_pipeline.validation.confidence.table import CONFIDENCE_COLUMNS, data_confidence
from cin_pipeline.validation.confidence.year_on_year import year_on_year_changes

__all__ = ["CONFIDENCE_COLUMNS", "HIGH", "LOW", "MEDIUM", "NOT_AVAILABLE", "data_confidence", "year_on_year_changes"]
