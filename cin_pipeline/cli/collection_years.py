"""What the commands share about collection years: the option `--year`, and what is said of a year."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from cin_pipeline.census.years import FIRST_YEAR, LAST_YEAR, CollectionYear
from cin_pipeline.cli.terminal import console, errors, wrong_use

if TYPE_CHECKING:
    from cin_pipeline.methodology.doubts import Doubt
    from cin_pipeline.methodology.practice import MissingData

YEAR_HELP = f"Year in which the collection ends, up to {LAST_YEAR}."


def known_year(year: int | None) -> int | None:
    """The callback of an option: ends the command, in one sentence, over a year before the first or after the last."""
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        known = " to ".join(f"{each} ({CollectionYear(each)})" for each in (FIRST_YEAR, LAST_YEAR))
        wrong_use(f"--year {year}: a year from {known} was expected")
    return year


Year = Annotated[int, typer.Option(callback=known_year, help=YEAR_HELP)]


def say_missing(missing: "MissingData") -> None:
    """Says what is done about missing data in a year, and warns of what could not be as it was declared."""
    for sentence in missing.sentences():
        console.print(sentence, markup=False)
    for warning in missing.warnings():
        errors.print(f"Warning: {warning}", markup=False)


def say_in_doubt(doubts: Collection["Doubt"]) -> None:
    """Says which current returns are in doubt, why, and who answered; those without an answer first."""
    if not doubts:
        return
    unanswered = sum(each.answer is None for each in doubts)
    returns = f"{len(doubts)} current {'return is' if len(doubts) == 1 else 'returns are'} in doubt"
    console.print(f"{returns}, {unanswered or 'none'} without a person's answer:", style="yellow", markup=False)
    for each in sorted(doubts, key=lambda each: each.answer is not None):
        label = CollectionYear(each.year)
        console.print(f"  {each.sentence} ({label}, submission {each.submission}; {each.answered})", markup=False)


def say_if_provisional(*years: int) -> None:
    """Says of every provisional year among these that it is one, and why."""
    for year in years:
        if said := CollectionYear(year).provisional:
            console.print(said, style="yellow", markup=False)
