"""A state whose current returns have all their row tables, made without Dagster."""

from pathlib import Path

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.episodes import flag_episodes
from cin_pipeline.methodology.interpretations import touched_by_interpretations
from cin_pipeline.methodology.referrals import PRIOR_REFERRALS
from cin_pipeline.store.cleaned_returns import CLEANED_RETURN
from cin_pipeline.store.store import place_of
from cin_pipeline.store.stored_returns import tables_of_cleaned
from cin_pipeline.store.submissions import Submission
from cin_pipeline.validation import RuleInput, check
from cin_pipeline.validation.confidence import data_confidence
from cin_pipeline_tests.support.pipeline import facts_of, measures_table
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.stored import Office

LAS = ("201", "202", "390")


def accept_whole(office: Office, la_code: str, data: bytes, year: int = 2017) -> Submission:
    """Accepts a return with its measures, cleaned tables, episodes and validation issues."""
    this = office.accept(la_code, data, year)
    sent = read_return(data, year)
    cleaned = clean_return(sent.tables, year)
    found = check(RuleInput(sent, cleaned, year))
    measures = measures_table(data, None, year, la_code)
    confidence = data_confidence(cleaned.tables, year, la_code, issues=found.issues, measures=measures, previous=None)
    touched = touched_by_interpretations(facts_of(data, None, year), la_code)
    office.state.figures.write_interpretation_counts(touched, this.submission)
    office.state.quality.note_read(this.submission, len(cleaned.tables.children), ())
    for asset, tables in (
        (CLEANED_RETURN, tables_of_cleaned(cleaned)),
        ("episodes", {"rows": flag_episodes(cleaned.tables, CollectionYear(year))}),
        ("prior_year_referrals", {"rows": PRIOR_REFERRALS.empty()}),
        ("data_confidence", {"rows": confidence}),
        ("validation_issues", {"issues": found.issues, "named": found.named, "outcomes": found.outcomes}),
    ):
        office.state.tables.write(place_of(asset, this), tables)
    return this


def some_years(office: Office, directory: Path) -> None:
    """The returns of three LAs of two years with some mess in them, England of the second, and a return of 2025, which
    has other items."""
    for year in (2016, 2017):
        for n, la_code in enumerate(LAS):
            accept_whole(office, la_code, messy_return(3, 8 + 4 * n, year, la_code), year)
    accept_whole(office, "201", messy_return(3, 12, 2025, "201"), 2025)
    office.declare(directory)
    office.make_england()
