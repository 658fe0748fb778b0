"""What is of low confidence among the current returns of a year, and which of the Department's year-on-year checks they
meet: an LA in a line."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from pandas import DataFrame

from cin_pipeline.store.row_tables import TablesMissing
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.submissions import Submission
from cin_pipeline.validation.confidence import LOW, MEDIUM
from cin_pipeline.validation.confidence.grading import CHECK, OVERALL, WHOLE_RETURN

CONFIDENCE = "data_confidence"  # the asset


class LowConfidence(NamedTuple):
    """The modules of an LA's return of low confidence, and the year-on-year checks it meets; not both empty."""

    la_code: str
    modules: tuple[str, ...]
    checks: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The LA in a line."""
        modules = ", ".join(name.replace("_", " ").replace("section47", "section 47") for name in self.modules)
        parts = ((modules, "low confidence in {}"), (", ".join(self.checks), "year-on-year: {}"))
        return f"{self.la_code}: {'; '.join(form.format(what) for what, form in parts if what)}"


def low_confidence(store: Store, year: int, las: Collection[str]) -> list[LowConfidence]:
    """What is said of the current returns of these LAs, by LA; nothing of one that was only counted.

    Raises TablesDamaged."""
    of_las = (each for each in store.registry.all_current(year) if each.la_code in las)
    return [found for each in of_las if (found := _low(each.la_code, _graded(store, each)))[1:] != ((), ())]


def _graded(store: Store, submission: Submission) -> DataFrame:
    try:
        (table,) = store.tables.read(place_of(CONFIDENCE, submission)).values()
    except TablesMissing:
        return DataFrame(columns=["module", "indicator", "item", "confidence"])
    return table


def _low(la_code: str, graded: DataFrame) -> LowConfidence:
    rows = list(graded[["module", "indicator", "item", "confidence"]].itertuples(index=False, name=None))
    checks = tuple(str(item) for _, indicator, item, grade in rows if (indicator, grade) == (CHECK, MEDIUM))
    return LowConfidence(la_code, tuple(dict.fromkeys(_low_modules(rows))), checks)


def _low_modules(rows: list[tuple[str, str, str, str]]) -> Iterator[str]:
    """The whole return only for what is its own: else it is low because a module is."""
    for module, indicator, _, grade in rows:
        if grade == LOW and (module == WHOLE_RETURN) != (indicator == OVERALL):
            yield module
