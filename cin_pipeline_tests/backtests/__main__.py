"""All 152 local authorities: `python -m cin_pipeline_tests.backtests FOLDER` (or `make backtest`).

Makes the calibrated England with the returns of 2014-15, runs the pipeline for both years as a user would, into one
state (FOLDER/output/state), and writes into FOLDER every published figure beside ours: las.csv and england.csv. Prints
what differs. Ends with 1 where a figure differs that is not known to.
"""

import os
import subprocess
import sys
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
from cin_pipeline_tests.backtests.known import KNOWN_FOR_ENGLAND, known_for_las

COMMAND = Path(sys.executable).with_name("cin-pipeline")
YEARS = (2016, 2017)
TEXT = dict.fromkeys(("la_code", "geography_code", "breakdown", "category"), "str")


def backtest(folder: Path, *la_codes: str) -> tuple[DataFrame, DataFrame]:
    """The comparisons for LAs, all or some, and for England of a calibrated England."""
    made, expected = folder / "landing", folder / "expected.csv"
    expected.write_text("\n".join(("la_code", *la_codes)), encoding="utf-8")
    some = [part for la_code in la_codes for part in ("--la", la_code)]
    synthesise = [COMMAND, "synthesise", "--calibrated", "--year", "2017", "--year-before", "--out", made, *some]
    subprocess.run(synthesise, check=True)
    measures, estimates = [], []
    for year in YEARS:
        # A run takes the returns of its year and the year before, and would refuse those of a third.
        landing = folder / f"landing_{year}"
        landing.mkdir()
        for path in sorted(made.glob("*.xml")):
            if path.stem.endswith((f"_{year}", f"_{year - 1}")):
                os.link(path, landing / path.name)
        output, written = folder / "output", folder / str(year)
        run = [COMMAND, "run", "--landing", landing, "--year", str(year), "--output", output]
        subprocess.run([*run, "--expected", expected] if la_codes else run, check=True)
        written.mkdir()
        for path in output.glob("*.csv"):  # the run of the next year, into the same state, writes its own
            path.rename(written / path.name)
        measures.append(pd.read_csv(written / "measures.csv", dtype=TEXT))
        estimates.append(pd.read_csv(written / "england.csv", dtype=TEXT))
    return las_against_published(pd.concat(measures)), england_against_published(pd.concat(estimates))


def main(folder: Path) -> int:
    """Writes and prints the comparisons; how many figures differ that are not known to."""
    folder.mkdir(parents=True)
    las, england = backtest(folder)
    las.to_csv(folder / "las.csv", index=False)
    england.to_csv(folder / "england.csv", index=False)
    with pd.option_context("display.width", 200, "display.max_rows", None, "display.max_columns", None):
        print(las["outcome"].value_counts().to_string(), end="\n\n")
        print(las[las["outcome"].isin((DIFFERENT, NOT_COUNTED))].to_string(index=False), end="\n\n")
        print(england.to_string(index=False), end="\n\n")
    unknown = las[las["outcome"].isin((DIFFERENT, NOT_COUNTED)) & ~known_for_las(las)]
    figures = england[~england["outcome"].eq(EQUAL)]
    keys = pd.Index(zip(figures["collection_year"], figures["figure"], figures["unit"], strict=True))
    count = len(unknown) + int((~keys.isin(KNOWN_FOR_ENGLAND)).sum())
    print(f"{count} figures differ that are not known to.")
    return count


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
