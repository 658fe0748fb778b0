"""All local authorities (LAs): `python -m cin_pipeline_tests.backtests FOLDER [--year YEAR ...]` (or `make backtest`).

For each year makes its calibrated returns and those of the year before, runs the pipeline as a user would, and writes
into FOLDER every published count of the year beside ours: las.csv and england.csv. Prints what differs. Ends with 1
where more figures differ than are known to.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.backtesting import (
    DIFFERENT,
    EQUAL,
    NOT_COUNTED,
    england_against_published,
    las_against_published,
)
from cin_pipeline.synthetic import CALIBRATED, with_returns
from cin_pipeline_tests.backtests.known import KNOWN_FOR_ENGLAND, known_for_las, not_reached

COMMAND = Path(sys.executable).with_name("cin-pipeline")
TEXT = dict.fromkeys(("la_code", "geography_code", "breakdown", "category"), "str")


def backtest(folder: Path, year: int, *la_codes: str) -> tuple[DataFrame, DataFrame]:
    """The comparisons for LAs, all or some, and for England of a calibrated England of a year.

    The output of the run is in the folder, by the year."""
    made, expected, output = (folder / f"{name}_{year}" for name in ("landing", "expected", "output"))
    expected.write_text("\n".join(("la_code", *with_returns(year, la_codes))), encoding="utf-8")
    some = [part for la_code in la_codes for part in ("--la", la_code)]
    subprocess.run([COMMAND, "synthesise", "--calibrated", "--year", str(year), "--out", made, *some], check=True)
    # Rutland's published figures of 2016-17 are more than twice those of 2015-16.
    run = [COMMAND, "run", "--landing", made, "--year", str(year), "--output", output, "--confirm-held"]
    subprocess.run([*run, "--expected", expected] if la_codes else run, check=True)
    shutil.rmtree(made)
    measures, estimates = (pd.read_csv(output / f"{name}.csv", dtype=TEXT) for name in ("measures", "england"))
    return las_against_published(measures), england_against_published(estimates)


def main(folder: Path, years: Sequence[int]) -> int:
    """Writes and prints the comparisons; how many figures differ that are not known to."""
    folder.mkdir(parents=True)
    las, england = (pd.concat(tables) for tables in zip(*(backtest(folder, year) for year in years), strict=True))
    las.to_csv(folder / "las.csv", index=False)
    england.to_csv(folder / "england.csv", index=False)
    off = las["outcome"].isin((DIFFERENT, NOT_COUNTED))
    with pd.option_context("display.width", 200, "display.max_rows", None, "display.max_columns", None):
        print(las.groupby(["collection_year", "outcome"]).size().unstack(fill_value=0).to_string(), end="\n\n")
        print(las[off & ~known_for_las(las)].to_string(index=False), end="\n\n")
        print(england[england["outcome"] != EQUAL].to_string(index=False), end="\n\n")
    figures = england[~england["outcome"].eq(EQUAL)]
    keys = pd.Index(zip(figures["collection_year"], figures["figure"], figures["unit"], strict=True))
    count = not_reached(las, las[off & ~known_for_las(las)]) + int((~keys.isin(KNOWN_FOR_ENGLAND)).sum())
    print(f"{count} figures differ that are not known to.")
    return count


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m cin_pipeline_tests.backtests")
    asked.add_argument("folder", type=Path)
    asked.add_argument("--year", type=int, action="append", choices=CALIBRATED)
    given = asked.parse_args()
    sys.exit(1 if main(given.folder, given.year or CALIBRATED) else 0)
