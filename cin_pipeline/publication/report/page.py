"""The release report as one HTML page that needs nothing else, in light, dark and print."""

from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.pages import environment, render
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.release_tables import TABLES
from cin_pipeline.publication.report.charts import HEIGHT
from cin_pipeline.publication.report.contents import contents
from cin_pipeline.publication.report.funnel import LIMITS
from cin_pipeline.publication.shown import SYMBOLS, Published


def release_report(protected: DataFrame, release: ReleaseInput) -> str:
    """The report on a release. `protected`: its cells as published (`disclosure.protect`), the only figures used."""
    year = release.year
    made = contents(
        Published(protected, TABLES),
        year,
        tuple(release.expected.get(year.ending, ())),
        release.population.get(year.ending, {}),
    )
    templates = environment("cin_pipeline.publication.report")
    return render(
        templates,
        "release.html",
        style="release.css",
        year=str(year),
        contents=made,
        limits=LIMITS,
        practice=release.missing_in(year.ending),
        people_from=_people_from(release),
        symbols=SYMBOLS,
        height=HEIGHT,
    )


def _people_from(release: ReleaseInput) -> list[tuple[str, str]]:
    """Each year shown, and whose people its rates are per 10,000 of."""
    return [(str(CollectionYear(year)), str(source)) for year, source in sorted(release.population_sources.items())]
