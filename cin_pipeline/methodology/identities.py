"""What must hold between an LA's figures on any input; checked on every LA and on England."""

from collections.abc import Iterator

import numpy as np
from pandas import DataFrame, Series

from cin_pipeline.methodology.catalogue import CATALOGUE, SUMS
from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.reference.authorities import ENGLAND
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.reference.missing_data import Practice

LONDON, INNER_LONDON, OUTER_LONDON = "E12000007", "E13000001", "E13000002"


def broken_identities(measures: DataFrame) -> list[str]:
    """Each identity that one LA's measures break, in words with measure names and counts; empty when all hold."""
    known = measures[measures["status"] == KNOWN]
    totals = known[known["breakdown"] == TOTAL].set_index("measure")["value"].astype(int).to_dict()
    sums = known.groupby(["measure", "breakdown"], sort=False)["value"].sum().astype(int).to_dict()
    return [
        *_broken_sums(totals),
        *_broken_limits(totals),
        *_broken_partitions(totals, sums),
        *_broken_margins(known, totals),
    ]


def _broken_sums(totals: dict[str, int]) -> Iterator[str]:
    for whole, parts in SUMS:
        if whole in totals and parts.keys() <= totals.keys():
            expected = sum(sign * totals[part] for part, sign in parts.items())
            if totals[whole] != expected:
                yield f"{whole} is {totals[whole]}, its parts give {expected}"


def _broken_limits(totals: dict[str, int]) -> Iterator[str]:
    for measure in CATALOGUE:
        for limit in (measure.counted_from, measure.part_of):
            if limit in totals and totals.get(measure.name, 0) > totals[limit]:
                yield f"{measure.name} is {totals[measure.name]}, more than {limit}, {totals[limit]}"


def _broken_partitions(totals: dict[str, int], sums: dict[tuple[str, str], int]) -> Iterator[str]:
    for measure in CATALOGUE:
        for name, breakdown in measure.breakdowns.items():
            summed, total = sums.get((measure.name, name), 0), totals.get(measure.name)
            if total is None:
                continue
            short = summed < total and breakdown.kind.adds_up
            over = summed > total and breakdown.kind.limited
            if short or over:
                yield f"{measure.name} by {name} sums to {summed}, its total is {total}"


def _broken_margins(known: DataFrame, totals: dict[str, int]) -> Iterator[str]:
    """Crossings that do not add up to a breakdown by some of their items, where both add up to the measure."""
    given = dict(list(known.groupby(["measure", "breakdown"], sort=False)))
    for measure in CATALOGUE:
        for crossing, margin in measure.margins:
            rows, own = given.get((measure.name, crossing.name)), given.get((measure.name, margin.name))
            if rows is None or own is None or {rows["value"].sum(), own["value"].sum()} != {totals.get(measure.name)}:
                continue
            kept = [crossing.items.index(item) for item in margin.items]
            category = rows["category"].str.split(":").map(lambda parts, kept=kept: ":".join(parts[n] for n in kept))
            summed = rows["value"].groupby(category).sum().astype(int).to_dict()
            if summed != own.set_index("category")["value"].astype(int).to_dict():
                yield f"{measure.name} by {crossing.name} does not add up to {margin.name}"


def broken_national_identities(estimates: DataFrame) -> list[str]:
    """Each identity that the figures of England and its regions break; empty when all hold.

    In every row nine regions give England, and Inner and Outer give London [A45]; in every place the categories of a
    breakdown that partitions its measure give the measure, no more than that where anything is left out or carried
    forward [A68]. Places without a figure are passed over."""
    keys = ["measure", "breakdown", "category"]
    value = estimates.set_index([*keys, "geography_code"])["value"].unstack("geography_code")
    london = value.reindex(columns=[INNER_LONDON, OUTER_LONDON])
    regions = [code for code in value.columns if code.startswith("E12")]
    return [
        *_unequal(value[ENGLAND], value[regions], "the nine regions"),
        *_unequal(value[LONDON], london, "Inner and Outer London"),
        *_broken_national_partitions(value, _whole_only(estimates)),
    ]


def _whole_only(estimates: DataFrame) -> "Series[bool]":
    """By measure, breakdown and place, whether nothing but estimates stands in for what is missing."""
    as_given = estimates["missing_data"].isin(["", Practice.ESTIMATE])
    return as_given.groupby([estimates[name] for name in ("measure", "breakdown", "geography_code")]).all()


def _unequal(whole: "Series[float]", parts: DataFrame, name: str) -> Iterator[str]:
    # Rows of zeros are left out of the table; a part that could not be estimated leaves the whole without a value too.
    summed = parts.fillna(0).sum(axis=1)
    for key in whole[whole.notna() & ~np.isclose(whole, summed, rtol=1e-9, atol=1e-6)].index:
        yield f"{' '.join(key)} of {name} does not add up"


def _broken_national_partitions(value: DataFrame, whole_only: "Series[bool]") -> Iterator[str]:
    present = set(zip(value.index.get_level_values(0), value.index.get_level_values(1), strict=True))
    for measure in CATALOGUE:
        if (measure.name, TOTAL) not in present:  # not counted in the year
            continue
        whole = value.loc[(measure.name, TOTAL, TOTAL)]
        adds_up = whole_only.loc[(measure.name, TOTAL)].reindex(whole.index, fill_value=True)
        for name, breakdown in measure.breakdowns.items():
            if not breakdown.kind.adds_up or (measure.name, name) not in present:
                continue
            summed = value.loc[(measure.name, name)].sum(axis=0, min_count=0)
            can = whole.notna() & value.loc[(measure.name, name)].notna().any(axis=0)
            exact = can & adds_up & whole_only.loc[(measure.name, name)].reindex(whole.index, fill_value=True)
            equal = np.isclose(summed, whole, rtol=1e-9, atol=1e-6)
            if (exact & ~equal).any():
                yield f"{measure.name} by {name} does not add up to its whole"
            elif (can & (summed > whole) & ~equal).any():
                yield f"{measure.name} by {name} adds up to more than its whole"
