"""What a release says of missing data: notes of the tables it touches, both reports, and the manifest."""

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from lxml import html
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.carrying import Carried, Treatment
from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.methodology.practice import CarriedLa, Carrying, MissingData, NewLa
from cin_pipeline.publication.cells import ReleaseInput, release_cells
from cin_pipeline.publication.manifest import Population, Provenance, YearInputs, manifest
from cin_pipeline.publication.missing_notes import with_missing_notes
from cin_pipeline.publication.quality import quality_report
from cin_pipeline.publication.release_tables import TABLES
from cin_pipeline.publication.report import release_report
from cin_pipeline.reference.missing_data import Practice
from cin_pipeline.reference.population import PopulationSource
from cin_pipeline_tests.methodology.test_missing_data import sent
from cin_pipeline_tests.publication.test_quality_report import facts, rows, words
from cin_pipeline_tests.support.report_world import world_cells

CAMDEN, GREENWICH, HACKNEY, HAMMERSMITH = "202", "203", "204", "205"
EVERYONE = (CAMDEN, GREENWICH, HACKNEY, HAMMERSMITH)
PEOPLE = dict.fromkeys((*EVERYONE, "E92000001"), 1000)
STOCK = "cin_episodes_at_31_march"


def full(la: str, year: int, count: int, **changes: int | Mapping[str, int] | None) -> DataFrame:
    figures: dict[str, int | Mapping[str, int] | None] = {
        "referrals": count,
        "re_referrals": count // 2,
        STOCK: count,
        f"{STOCK}/primary_need": {"N1": count},
        "cpp_starting": count,
    }
    return sent(la, year, figures | changes)


def release(practice: Practice = Practice.LEAVE_OUT) -> ReleaseInput:
    """2021: Hackney is carried forward, Hammersmith lost; Greenwich gave no re-referrals. 2020: all gave all."""
    before = [full(la, 2020, 100, **({"re_referrals": None} if la == HACKNEY else {})) for la in EVERYONE]
    now = [full(CAMDEN, 2021, 100), full(GREENWICH, 2021, 100, re_referrals=None)]
    carried = {HACKNEY: Carried(2020, before[2])}
    measures = pd.concat([*before, *now], ignore_index=True)
    estimates = [
        estimate_england(measures, EVERYONE, PEOPLE, 2020),
        estimate_england(measures, EVERYONE, PEOPLE, 2021, Treatment(practice, carried)),
    ]
    return ReleaseInput(
        CollectionYear(2021),
        measures,
        pd.concat(estimates, ignore_index=True),
        dict.fromkeys((2020, 2021), EVERYONE),
        dict.fromkeys((2020, 2021), PEOPLE),
        {year: PopulationSource(year, 2011) for year in (2020, 2021)},
        {
            2021: MissingData(
                2021,
                practice,
                carried=(CarriedLa(HACKNEY, 2020, Carrying.CARRIED, 7, "ab" * 32),),
                new=(NewLa("940", "928", "", None, True),),
                low_reliability=((CAMDEN, "referrals"),),
            )
        },
    )


def notes(table: str, made: ReleaseInput) -> list[str]:
    tables = {each.id: each for each in TABLES}
    return list(with_missing_notes(tables, made)[table].notes[len(tables[table].notes) :])


def test_each_table_says_which_las_are_missing_in_it_and_what_was_done() -> None:
    hackney = (
        "Hackney (204) has no return of 2020 to 2021: England and its regions hold its figures of 2019 to 2020, "
        "carried forward."
    )
    left_out = "2020 to 2021: what local authorities did not give is left out of England and its regions"
    assert notes("B3", release()) == [hackney, f"{left_out}: Hammersmith and Fulham (205)."]
    # Of 2020, Hackney's own re-referrals.
    before = "2019 to 2020: what local authorities did not give is left out of England and its regions: Hackney (204)."
    lacked = "2020 to 2021: what the year carried forward did not have is left out of England and its regions."
    greenwich = f"{left_out}: Greenwich (203), Hammersmith and Fulham (205)."
    assert notes("C1", release()) == [before, hackney, greenwich]
    assert lacked not in notes("B3", release())
    estimated = notes("C1", release(Practice.ESTIMATE))
    assert estimated[-1].startswith("2020 to 2021: what local authorities did not give is estimated in England")


def test_a_table_with_everything_has_no_such_note() -> None:
    made = release()
    whole = replace(
        made, estimates=made.estimates[made.estimates["collection_year"] == 2020], expected={2020: EVERYONE}
    )
    assert notes("B3", whole) == []
    assert notes("C1", whole) != []


def test_percentages_are_of_what_is_published() -> None:
    """Re-referrals: 50 of Camden alone, of the referrals of Camden and Greenwich, and of Hackney's carried forward."""
    cells = release_cells(release())
    england = cells[(cells["table"] == "C1") & (cells["geography_code"] == "E92000001")]
    of_2021 = england[england["collection_year"] == 2021].set_index("indicator")
    percent = of_2021["value"][[name for name in of_2021.index if "re_referrals" in name or "rereferral" in name]]
    assert 50 in set(percent)
    assert np.isclose(percent, 100 * 50 / 300).any()


def quality(practice: Practice = Practice.LEAVE_OUT) -> str:
    return words(facts(release(practice), protected=world_cells()[:0]))


def test_the_quality_report_names_the_practice_and_what_is_carried_forward() -> None:
    said = quality()
    assert "2 of 4 local authorities have an accepted return; 1 is carried forward, 1 is left out." in said
    assert "left out of England and its regions (leave-out, the practice of the year)" in said
    assert "Hackney (204) has no return of 2020 to 2021" in said
    assert "neither it nor its predecessor Northamptonshire (928)" in said
    assert "Of low reliability (u), 2020 to 2021: referrals of Camden (202)." in said
    assert "no figure is estimated" in said
    missing = rows(facts(release(), protected=world_cells()[:0]), "Figures not reported by every authority")
    by_title = {row[0]: row[-1] for row in missing}
    assert by_title["Referrals within 12 months of a previous referral"] == "leave-out"
    assert {how for title, how in by_title.items() if title.startswith("Other figures")} == {"carry-forward; leave-out"}
    assert "1 is estimated, 1 is carried forward" in quality(Practice.ESTIMATE)


def test_the_release_report_says_what_became_of_missing_authorities() -> None:
    made = release()
    page = " ".join(html.document_fromstring(release_report(world_cells()[:0], made)).text_content().split())
    assert "Hackney (204) has no return of 2020 to 2021: England and its regions hold its figures" in page


def test_the_manifest_has_the_practice() -> None:
    people = Population(PopulationSource(2021, 2011), {CAMDEN: 1})
    inputs = YearInputs(CollectionYear(2021), (), EVERYONE, people, people, (), release().missing_in(2021))
    written = json.loads(manifest(CollectionYear(2021), Provenance((inputs,), "1", {}, {}), {}))
    assert written["inputs"]["2021"]["missing_data"] == {
        "practice": "leave-out",
        "asked_for": False,
        "carried_forward": [
            {"la_code": "204", "from_year": 2020, "outcome": "carried forward", "submission": 7, "sha256": "ab" * 32}
        ],
        "predecessors": [{"la_code": "940", "predecessor": "928", "re_referrals_with": "", "submission": None}],
        "low_reliability": [{"la_code": "202", "measure": "referrals"}],
        "warnings": [
            "Re-referrals of North Northamptonshire (940) are not available: neither it nor its predecessor "
            "Northamptonshire (928) has an accepted return of 2019 to 2020."
        ],
    }


def test_the_quality_report_of_a_release_says_nothing_that_is_no_number() -> None:
    page = quality_report(facts(release(), protected=world_cells()[:0]))
    assert "nan" not in page.lower().replace("governance", "")
