"""What must hold between an LA's figures on any input; checked on every LA and on England."""

from collections.abc import Iterator

from pandas import DataFrame

from cin_pipeline.methodology.measures import CATALOGUE, KNOWN, SUMS, TOTAL


def broken_identities(measures: DataFrame) -> list[str]:
    """Each identity that one LA's measures break, in words with measure names and counts; empty when all hold."""
    known = measures[measures["status"] == KNOWN]
    totals = known[known["breakdown"] == TOTAL].set_index("measure")["value"].astype(int).to_dict()
    sums = known.groupby(["measure", "breakdown"], sort=False)["value"].sum().astype(int).to_dict()
    return [*_broken_sums(totals), *_broken_limits(totals), *_broken_partitions(totals, sums)]


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
        for breakdown in measure.breakdowns:
            summed, total = sums.get((measure.name, breakdown), 0), totals.get(measure.name)
            if total is None:
                continue
            short = summed < total and measure.adds_up(breakdown)
            over = summed > total and (measure.adds_up(breakdown) or breakdown in ("wait", "working_days", "duration"))
            if short or over:
                yield f"{measure.name} by {breakdown} sums to {summed}, its total is {total}"
