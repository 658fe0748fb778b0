"""How far the estimates for missing LAs are from the truth: `python -m benchmarks.estimates RESULTS TRUTH`.

RESULTS and TRUTH are what `cin-pipeline run` wrote for a synthetic England with `--missing`, and for what was left out
of it (docs/synthetic.md).
"""

import sys
from pathlib import Path

import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.backtesting import estimate_against_truth
from cin_pipeline.reference.figure_keys import TOTAL


def compared(results: Path, truth: Path) -> DataFrame:
    """Every figure: see `estimate_against_truth`."""
    text = dict.fromkeys(("la_code", "geography_code", "breakdown", "category"), "str")
    return estimate_against_truth(
        pd.read_csv(results / "england.csv", dtype=text), pd.read_csv(truth / "measures.csv", dtype=text)
    )


def main(results: Path, truth: Path) -> None:
    table = compared(results, truth)
    totals = table[table["breakdown"] == TOTAL].drop(columns=["breakdown", "category"])
    with pd.option_context("display.width", 200, "display.max_rows", None, "display.max_columns", None):
        print(totals.to_string(index=False, float_format=lambda value: f"{value:,.1f}", na_rep=""))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
