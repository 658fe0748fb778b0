"""The published counts of LAs put where the counts of their returns would stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.catalogue import catalogue_of
from cin_pipeline.methodology.children import UNKNOWN
from cin_pipeline.methodology.measures import KNOWN, LA_MEASURES, NOT_AVAILABLE
from cin_pipeline.publication.symbols import SUPPRESSED, UNRELIABLE
from cin_pipeline.publication.symbols import UNAVAILABLE as NOT_GIVEN
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.reference.missing_data import carried_forward
from cin_pipeline_tests.backtests.tables.suppressed import Bounds, Floats, bounds


@dataclass(frozen=True)
class PublishedYear:
    """The published counts of all LAs of a year: `texts` has a row for each LA and a column for each count, the text of
    the table, or blank where no table of the year has it."""

    year: int
    texts: DataFrame

    @cached_property
    def la_codes(self) -> tuple[str, ...]:
        """The LAs of the year."""
        return tuple(authorities(self.year))

    @cached_property
    def sent(self) -> tuple[str, ...]:
        """LAs that sent a return: they gave figures, and those of an earlier year are not declared to stand in."""
        carried = {each.la_code for each in carried_forward() if each.year == self.year}
        given = ~self.texts.isin(["", NOT_GIVEN, UNRELIABLE])
        return tuple(la for la in self.la_codes if given.loc[la].any() and la not in carried)

    @cached_property
    def bounds(self) -> Bounds:
        """What each count of each LA in `sent` can be."""
        texts = self.texts.loc[list(self.sent)]
        known = texts.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
        suppressed, unreliable = texts.eq(SUPPRESSED).to_numpy(), texts.eq(UNRELIABLE).to_numpy()
        return bounds(tuple(texts.columns), known, suppressed, unreliable)

    @cached_property
    def lacking(self) -> frozenset[str]:
        """LAs that did not give all figures."""
        return frozenset(la for la in self.la_codes if la not in self.sent or self.texts.loc[la].eq(NOT_GIVEN).any())

    @cached_property
    def low_reliability(self) -> frozenset[tuple[int, str, str]]:
        """Measures of LAs that are shown as unreliable."""
        totals = [key for key in self.texts.columns if key.breakdown == TOTAL]
        return frozenset(
            (self.year, la, key.measure) for la in self.sent for key in totals if self.texts.at[la, key] == UNRELIABLE
        )

    def measures(self, counts: Floats, *, complete: bool = False) -> DataFrame:
        """The measures of the LAs in `sent`, columns as MEASURE_COLUMNS, with `counts` in the place of the texts.

        `complete`: what the categories of a breakdown fall short of its total is unknown, as it is in a return; five
        published rows of B3 fall short."""
        rows = [row for n, la in enumerate(self.sent) for row in self._rows(la, counts[n], complete)]
        frame = DataFrame(rows, columns=["la_code", "measure", "breakdown", "category", "value", "status"])
        frame["collection_year"] = self.year
        frame["value"] = frame["value"].astype("Int64")
        return frame[list(LA_MEASURES.names)]

    def _rows(self, la: str, counts: Floats, complete: bool) -> Iterator[tuple[str, str, str, str, int | None, str]]:
        held: dict[tuple[str, str], dict[str, float]] = {}
        for key, number in zip(self.texts.columns, counts, strict=True):
            if not np.isnan(number):
                held.setdefault(key[:2], {})[key.categories[0]] = number
        for measure in catalogue_of(self.year):
            if (measure.name, TOTAL) not in held:
                yield la, measure.name, TOTAL, TOTAL, None, NOT_AVAILABLE
                yield from ((la, measure.name, each, "", None, NOT_AVAILABLE) for each in measure.breakdowns)
                continue
            whole = held[measure.name, TOTAL][TOTAL]
            yield la, measure.name, TOTAL, TOTAL, int(whole), KNOWN
            for name, breakdown in measure.breakdowns.items():
                parts = dict(held.get((measure.name, name), {}))
                if not parts:
                    yield la, measure.name, name, "", None, NOT_AVAILABLE
                    continue
                rest = whole - sum(parts.values())
                if name == "has_disability":
                    parts["no"] = rest
                elif complete and breakdown.kind.adds_up and rest > 0:
                    parts[UNKNOWN] = rest
                yield from ((la, measure.name, name, each, int(n), KNOWN) for each, n in parts.items() if n)
