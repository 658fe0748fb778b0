"""The sixteen checks of a return against the previous year's, as the collection's system makes them.

Source: the guide for local authorities of 2025-26, section 1.10. Thresholds of earlier years were not found; these are
taken for every year. What is counted is code, in `cin_pipeline.validation.year_on_year`; years and items are, as of
every rule, facts of validation-rules.csv.
"""

from dataclasses import dataclass
from functools import cache

from cin_pipeline.reference.data_files import rows


@dataclass(frozen=True)
class YearOnYearCheck:
    """A check: `counted` says of what, `percent` from which change on, up or down, the LA is asked about it."""

    rule_id: str
    percent: int
    counted: str
    in_note: str  # the guide's words for it in the sentence

    @property
    def sentence(self) -> str:
        """The sentence that clears the query where it stands in the return-level note, word for word."""
        return (
            f"The validation {self.rule_id} has been reviewed and the change in {self.in_note} from the previous "
            "return to this is as expected"
        )


@cache
def year_on_year_checks() -> dict[str, YearOnYearCheck]:
    """The checks by rule id, in order."""
    return {
        row["rule_id"]: YearOnYearCheck(row["rule_id"], int(row["percent"]), row["counted"], row["in_note"])
        for row in rows("year-on-year-checks")
    }
