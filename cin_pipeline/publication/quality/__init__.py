"""The quality report: what a release's figures were made of, and how far they can be relied on.

Pure: facts in, a page out. It says nothing of an LA's children that the release itself does not: figures of LAs are the
published ones, and small counts of records are given as a range.
"""

from cin_pipeline.publication.quality.inputs import QualityInput
from cin_pipeline.publication.quality.page import quality_report

__all__ = ["QualityInput", "quality_report"]
