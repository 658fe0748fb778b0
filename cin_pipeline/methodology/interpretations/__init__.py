"""How many records of a return each interpretation of the methodology touches.

Where the methodology document is silent, ambiguous or contradicts itself, an interpretation was fixed (A1, A2, ... in
docs/interpretations.md). One matters in a year only as far as there are records it decides about: here they are
counted, so that a release can say so. Counts only, never a record.

A case is a function of its part of the return, declared with `case`: its name is stored and stays.
"""

from cin_pipeline.methodology.interpretations.declaring import INTERPRETATION_COLUMNS, INTERPRETATION_COUNTS, Case
from cin_pipeline.methodology.interpretations.touching import CASES, touched_by_interpretations

__all__ = ["CASES", "INTERPRETATION_COLUMNS", "INTERPRETATION_COUNTS", "Case", "touched_by_interpretations"]
