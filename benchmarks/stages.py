"""CPU seconds of each stage on one large synthetic return: `python -m benchmarks.stages [scale]`."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.return_tables import cleaned_schemas
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.episodes import flag_episodes
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.measures import la_measures
from cin_pipeline.methodology.referrals import latest_referrals
from cin_pipeline.synthetic import synthesise
from cin_pipeline_tests.support.kept import tables_in

Result = TypeVar("Result")
BIRMINGHAM = "330"  # the largest LA


def timed(what: str, work: Callable[[], Result]) -> Result:
    start = time.process_time()
    result = work()
    print(f"{what:<24}{time.process_time() - start:8.3f} CPU s")
    return result


def main(scale: float) -> None:
    year = CollectionYear(2017)
    with tempfile.TemporaryDirectory() as directory:
        paths = list(synthesise(2017, scale, 1, Path(directory), [BIRMINGHAM]))
        before, this = (path.read_bytes() for path in paths)
        print(f"one return of {len(this) / 1e6:.1f} MB")
        previous = clean_return(read_return(before, 2016).tables, 2016).tables  # also warms everything up
        sent = timed("read", lambda: read_return(this, 2017))
        tables = timed("clean", lambda: clean_return(sent.tables, 2017)).tables
        checked = dict(tables.items())
        timed("check schemas", lambda: [schema.validate(checked[n]) for n, schema in cleaned_schemas(2017).items()])
        stored = tables_in(Path(directory))
        timed("write Parquet", lambda: stored.write("cleaned", checked))
        timed("read Parquet", lambda: stored.read("cleaned"))
        episodes = timed("flag episodes", lambda: flag_episodes(tables, year))
        prior = timed("latest referrals", lambda: latest_referrals(previous, year.previous))
        timed("count every measure", lambda: la_measures(ReturnFacts(year, episodes, tables, prior), BIRMINGHAM))
        print(f"{len(tables.children):,} children, {sum(tables.row_counts().values()):,} records")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
