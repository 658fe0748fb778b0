"""How near sound returns come to what holds a return: `python -m benchmarks.holding RETURNS`.

RETURNS is what `cin-pipeline synthesise` wrote. Each return is accepted as a run accepts it, without being counted."""

import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import numpy as np

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.header import identify
from cin_pipeline.census.hold_reasons import CHILDREN, HOLD_REASONS, SIZE
from cin_pipeline.census.holding import SentChildren, dates_by_year
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.settings import Settings
from cin_pipeline.store.arrivals import arrival_of
from cin_pipeline.store.return_files import sha256_of
from cin_pipeline.store.store import Store

FEWEST_DATES = max(reason.fewest for reason in HOLD_REASONS if reason.name.startswith("dates"))


def main(folder: Path) -> None:
    sent: dict[tuple[int, str], SentChildren] = {}
    before, after, slips, seconds = [0.0], [0.0], [], []
    with (
        tempfile.TemporaryDirectory() as state,
        closing(Store(Settings.from_environment({}, state=Path(state)))) as store,
    ):
        for path in sorted(folder.glob("*.xml")):
            data = path.read_bytes()
            of = identify(data)
            tables = clean_return(read_return(data, of.year).tables, of.year).tables
            sent[of.year, of.la_code] = SentChildren.of(tables.children)
            dates = list(dates_by_year(tables, CollectionYear(of.year)).values())
            if sum(dates) >= FEWEST_DATES:
                before.append(dates[0] / sum(dates))
                after.append(dates[2] / sum(dates))
                earlier = dates_by_year(tables, CollectionYear(of.year - 1))  # had it the header of the year before
                slips.append(list(earlier.values())[2] / sum(earlier.values()))
            number = store.registry.land(
                year=of.year, la_code=of.la_code, file_name=path.name, sha256=sha256_of(data), size=len(data),
                received=datetime.now(UTC),
            ).submission  # fmt: skip
            store.registry.claim(number, "benchmark")
            began = time.process_time()
            store.registry.accept(number, "benchmark", arrival_of(store, store.registry.get(number), tables))
            seconds.append(time.process_time() - began)
        held = [each for year in {year for year, _ in sent} for each in store.registry.held(year)]
    print(f"{len(sent)} returns, {len(held)} held; {1000 * np.mean(seconds):.1f} CPU ms each")
    for each in held:
        print(f"  {each.la_code} {each.collection_year}: {each.reason}")
    print(f"dates in the year before: at most {max(before):.1%}; in the year after: at most {max(after):.1%}")
    print(
        f"  of a return under the header of the year before it, in the year after: {min(slips):.1%} to {max(slips):.1%}"
    )
    print(f"children of another LA's: at most {max(_common(sent)):.1%}")
    ratios = list(_ratios(sent))
    print(f"children to those of the year before: {min(ratios):.2f} to {max(ratios):.2f} times")


def _common(sent: dict[tuple[int, str], SentChildren]) -> list[float]:
    """The share of each return's children that are another LA's of the year, of all pairs."""
    found = [0.0]
    for one, other in permutations(sent, 2):
        mine, theirs = sent[one].keys, sent[other].keys
        if one[0] == other[0] and len(mine) >= CHILDREN.fewest:
            found.append(len(np.intersect1d(mine, theirs, assume_unique=True)) / len(mine))
    return found


def _ratios(sent: dict[tuple[int, str], SentChildren]) -> list[float]:
    found = []
    for (year, la_code), children in sent.items():
        previous = sent.get((year - 1, la_code))
        if previous and previous.number >= SIZE.fewest:
            found.append(children.number / previous.number)
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
