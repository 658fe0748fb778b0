"""What changed between two releases, and the manifest that says what they were made from."""

import json
from dataclasses import replace

import pytest

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.publication.changes import NoRelease, compare_releases
from cin_pipeline.publication.manifest import Population, Provenance, YearInputs, digest, manifest
from cin_pipeline.publication.profiles import profile_named
from cin_pipeline.reference.population import PopulationSource

YEAR = CollectionYear(2017)
META = """col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,filter_grouping_column
need,Filter,Primary need,,,,,
n,Indicator,Number,,,0,,
share,Indicator,Share,,%,1,,
"""
DATA = """time_period,country_code,country_name,region_code,region_name,la_name,new_la_code,need,n,share
2017,E92000001,England,,,,,Total,10,100.0
2017,E92000001,England,,,,,Abuse,low,4.0
2017,E92000001,England,E13000001,Inner London,Camden,E09000007,Total,7,100.0
2017,E92000001,England,E13000001,Inner London,Camden,E09000007,Abuse,c,c
"""
FILES = {"open-data/b3.csv": DATA.encode(), "open-data/b3.meta.csv": META.encode(), "release.html": b"<p>"}


def made_from(
    sha256: str = "aa", rules: tuple[str, ...] = (), unusable: tuple[tuple[str, str, str], ...] = ()
) -> Provenance:
    people = {"201": 5}
    estimated, rates = PopulationSource(2017, 2011), PopulationSource(2017, None)
    inputs = YearInputs(
        YEAR,
        (("202", 3, sha256), ("201", 1, "bb")),
        ("201", "202"),
        Population(estimated, people),
        Population(rates, {**people, "E92000001": 5}),
        unusable,
    )
    return Provenance((inputs,), "1.0", {"population.csv": "cc"}, {"rules_added": list(rules)})


def release(files: dict[str, bytes], provenance: Provenance | None = None) -> dict[str, bytes]:
    return {**files, "manifest.json": manifest(YEAR, provenance or made_from(), files)}


def test_nothing_changed() -> None:
    assert not compare_releases(release(FILES), release(FILES)).differs


def test_each_cell_that_changed() -> None:
    later = DATA.replace(",7,100.0", ",8,100.0").replace("Abuse,low,4.0", "Abuse,low,5.1")
    later += "2017,E92000001,England,E13000001,Inner London,,,Total,20,100.0\n"
    changes = compare_releases(release(FILES), release(FILES | {"open-data/b3.csv": later.encode()}))
    assert changes.cells.to_numpy().tolist() == [
        ["b3", "2017", "E92000001", "England", "Abuse", "share", "4.0", "5.1"],
        ["b3", "2017", "E09000007", "Camden", "Total", "n", "7", "8"],
        ["b3", "2017", "E13000001", "Inner London", "Total", "n", "", "20"],
        ["b3", "2017", "E13000001", "Inner London", "Total", "share", "", "100.0"],
    ]
    assert (changes.added, changes.removed) == ((), ())
    assert changes.changed == ("manifest.json", "open-data/b3.csv")
    assert changes.settings.empty


def test_files_and_settings_that_differ() -> None:
    others = {"tables.ods": b"1", **{name: FILES[name] for name in ("open-data/b3.csv", "open-data/b3.meta.csv")}}
    after = made_from("dd", ("8841",), (("201", "referrals", "month"),))
    changes = compare_releases(release(FILES), release(others, after))
    assert (changes.added, changes.removed, changes.changed) == (("tables.ods",), ("release.html",), ("manifest.json",))
    assert changes.cells.empty
    assert sorted(map(tuple, changes.settings.to_numpy())) == [
        ("inputs.2017.submissions.202", "sha256 aa, submission 3", "sha256 dd, submission 3"),
        ("inputs.2017.unusable.201 referrals month", "", "declared"),
        ("settings.rules_added", "", "8841"),
    ]


def test_files_are_compared_though_the_years_in_their_names_differ() -> None:
    """The release of the next year: every cell of it is new, and one of a year that both have was revised."""
    before = {"open-data/b3_need_2017.csv": DATA.encode(), "open-data/b3_need_2017.meta.csv": META.encode()}
    revised = DATA.replace(",7,100.0", ",8,100.0") + "2018,E92000001,England,,,,,Total,30,100.0\n"
    after = {
        "open-data/b3_need_2017_to_2018.csv": revised.encode(),
        "open-data/b3_need_2017_to_2018.meta.csv": META.encode(),
    }
    changes = compare_releases(release(before), release(after))
    assert changes.cells.to_numpy().tolist() == [
        ["b3_need", "2017", "E09000007", "Camden", "Total", "n", "7", "8"],
        ["b3_need", "2018", "E92000001", "England", "Total", "n", "", "30"],
        ["b3_need", "2018", "E92000001", "England", "Total", "share", "", "100.0"],
    ]
    assert changes.added == ("open-data/b3_need_2017_to_2018.csv", "open-data/b3_need_2017_to_2018.meta.csv")


def test_releases_of_different_profiles_are_not_compared() -> None:
    ours, theirs = release(FILES), release(FILES, replace(made_from(), profile=profile_named("2025")))
    with pytest.raises(NoRelease, match="different profiles, tidy and 2025: only those of one"):
        compare_releases(ours, theirs)
    # A manifest of format 2 names none: such a release is in our own form.
    content = json.loads(ours["manifest.json"])
    del content["profile"]
    earlier = {**FILES, "manifest.json": json.dumps(content).encode()}
    assert compare_releases(earlier, ours).cells.empty
    with pytest.raises(NoRelease, match="tidy and 2025"):
        compare_releases(earlier, theirs)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"open-data/b3.csv": b"\xff"}, "is not UTF-8 text"),
        ({"open-data/b3.meta.csv": b"col_name\nneed\n"}, "column 'col_type' is missing"),
        ({"open-data/b3.csv": b"time_period,need,n,share\n2017,Total,1,1\n"}, "column 'country_code' is missing"),
    ],
)
def test_files_that_cannot_be_read(broken: dict[str, bytes], said: str) -> None:
    with pytest.raises(NoRelease, match=said):
        compare_releases(
            release(FILES | {"open-data/b3.csv": DATA.replace("7", "8").encode()}), release(FILES | broken)
        )


def test_the_manifest() -> None:
    written = manifest(YEAR, made_from(), FILES)
    content = json.loads(written)
    assert content["inputs"]["2017"]["submissions"] == [
        {"la_code": "201", "submission": 1, "sha256": "bb"},
        {"la_code": "202", "submission": 3, "sha256": "aa"},
    ]
    assert content["inputs"]["2017"]["once_held"] == []
    people = content["inputs"]["2017"]["population"], content["inputs"]["2017"]["population_of_rates"]
    assert [each["vintage"] for each in people] == ["2011 Census, mid-2016", "user's own file"]
    assert [each["las"] for each in people] == [1, 1]
    assert people[0]["sha256"] == digest(b"201,5\n") != people[1]["sha256"]
    # sha256sum of `<p>`
    assert content["files"]["release.html"]["sha256"].startswith("33f279")
    assert content["code"] == {"cin_pipeline": "1.0", "reference_data": {"population.csv": "cc"}}
    assert any("[" in sentence for sentence in content["interpretations"]["re_referrals"])
    assert written == manifest(YEAR, made_from(), dict(reversed(FILES.items())))
