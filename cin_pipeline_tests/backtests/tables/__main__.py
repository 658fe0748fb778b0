"""The published tables, made again from their own LA rows: `python -m cin_pipeline_tests.backtests.tables FOLDER`.

Part of `make backtest`. Writes cells.csv (every published cell beside ours) and tables.csv (how many of each table and
year came out how), prints the latter and what differs. Ends with 1 where a cell differs that nothing explains."""

import sys
from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from cin_pipeline_tests.backtests.tables.comparing import DIFFERENT, OUTCOMES, compared
from cin_pipeline_tests.backtests.tables.explained import explained
from cin_pipeline_tests.backtests.tables.published import cells
from cin_pipeline_tests.backtests.tables.publishing import Backtest

YEARS: Final = tuple(range(2013, 2026))  # of 2025 six tables were found
EXPLAINED: Final = "different, explained"


def backtest(years: tuple[int, ...] = YEARS) -> DataFrame:
    """Every published cell of some years with `ours`, `outcome` and, where it differs, the `reason`."""
    made = Backtest(years)
    published = cells()
    of_years = published[published["year"].isin(years)]
    return explained(compared(of_years, made.files(), {year: made.leeway(year) for year in years}))


def by_table(found: DataFrame) -> DataFrame:
    """How many cells of each table and year came out how; the last row their sum."""
    outcome = found["outcome"].mask(found["reason"] != "", EXPLAINED)
    counts = found.groupby([found["table"], found["year"], outcome]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[*OUTCOMES[:-1], EXPLAINED, DIFFERENT], fill_value=0)
    counts.loc[("all", ""), :] = counts.sum()
    return counts.astype("int64").reset_index()


def main(folder: Path) -> int:
    """Writes and prints the comparison; how many cells differ that nothing explains."""
    folder.mkdir(parents=True, exist_ok=True)
    found = backtest()
    counts = by_table(found)
    found.to_csv(folder / "cells.csv", index=False)
    counts.to_csv(folder / "tables.csv", index=False)
    with pd.option_context("display.width", 220, "display.max_rows", None, "display.max_columns", None):
        print(counts.to_string(index=False), end="\n\n")
        reasons = found[found["reason"] != ""].groupby("reason", sort=False).size()
        for reason, number in reasons.items():
            print(f"{number:>6,} {reason}")
        unknown = found[(found["outcome"] == DIFFERENT) & (found["reason"] == "")]
        if len(unknown):
            print(unknown.to_string(index=False), end="\n\n")
    print(f"{len(unknown)} of {len(found):,} published cells differ and nothing explains it.")
    return len(unknown)


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
