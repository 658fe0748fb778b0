"""The release report as one HTML page that needs nothing else, in light, dark and print."""

from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.pages import environment, render
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.profiles import TIDY, Profile, labelled_by
from cin_pipeline.publication.report.charts import HEIGHT
from cin_pipeline.publication.report.contents import contents
from cin_pipeline.publication.report.funnel import LIMITS
from cin_pipeline.publication.shown import SYMBOLS, Published


def release_report(protected: DataFrame, release: ReleaseInput, profile: Profile = TIDY) -> str:
    """The report on a release. `protected`: its cells as published (`disclosure.protect`), the only figures used; what
    its profile has no rates of has those of the people in its population file."""
    year = release.year
    tables = labelled_by(profile, year.ending)
    made = contents(
        Published(protected, tuple(tables.values()), release.population if profile.has_population else {}),
        year,
        tuple(release.expected.get(year.ending, ())),
        release.population.get(year.ending, {}),
        release.missing_in(year.ending).in_place_of_returns,
    )
    templates = environment("cin_pipeline.publication.report")
    return render(
        templates,
        "release.html",
        style="release.css",
        year=str(year),
        provisional=year.provisional,
        contents=made,
        limits=LIMITS,
        practice=release.missing_in(year.ending),
        doubts=[each.in_public for each in release.doubts],
        people_from=_people_from(release),
        symbols=SYMBOLS,
        height=HEIGHT,
    )


def _people_from(release: ReleaseInput) -> list[tuple[str, str]]:
    """Each year shown, and whose people its rates are per 10,000 of."""
    return [(str(CollectionYear(year)), str(source)) for year, source in sorted(release.population_sources.items())]
