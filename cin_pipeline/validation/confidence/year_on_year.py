"""Against the previous year, and against what a return of its size could hold: moves and gaps too large to be believed.

Of measures, by thresholds of our own: the Department's sixteen checks are of counts of records, and stand in
`validation.year_on_year`. Takes the long table of measures as it is published, for one LA.
"""

from collections.abc import Iterator, Mapping

from pandas import DataFrame

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.validation.confidence.faults import modules
from cin_pipeline.validation.confidence.grading import (
    CHANGE,
    LOW,
    MEDIUM,
    RECORDS,
    Indicator,
    graded_change,
    graded_records,
)

# The measures compared with the previous year, under the module that they are counted from.
HEADLINES = {
    "children": ("cin_children_any_point",),
    "referrals": (
        "referrals",
        "referrals_no_further_action",
        "referrals_assessed_not_in_need",
        "re_referrals",
        "cin_episodes_starting",
        "cin_episodes_ending",
        "cin_episodes_at_31_march",
    ),
    "assessments": ("assessments_completed", "factor_episodes"),
    "section47": ("section_47_enquiries", "icpcs"),
    "plans": ("cpp_starting", "cpp_ending", "cpp_at_31_march"),
    "reviews": ("cpp_reviewed_in_time_at_31_march",),
}

# The measure of the previous year that says how many records a module could hold.
AS_PREVIOUS_YEAR = {
    "children": "cin_children_any_point",
    "referrals": "referrals",
    "assessments": "assessments_completed",
    "section47": "section_47_enquiries",
    "plans": "cpp_any_point",
    "reviews": "cpp_reviewed_in_time_at_31_march",
}

# Records for each 1,000 children of the return, England 2015-16: published counts over the 885,023 children of that
# year's returns. Reviews: one for each plan reviewed in time, so a lower bound.
PER_1000_CHILDREN = {
    "referrals": 1130,  # 1,000,572 records
    "assessments": 646,  # 571,640 completed
    "section47": 195,  # 172,290 enquiries
    "plans": 128,  # 50,310 at 31 March and about 62,720 ended
    "reviews": 37,  # 32,360 plans
}


def changes(measures: DataFrame, previous: DataFrame | None, la_code: str) -> Iterator[Indicator]:
    """An indicator for each headline measure against the previous year's; without the previous year's measures not
    available."""
    now, before = _totals(measures, la_code), _totals(previous, la_code)
    for module, names in HEADLINES.items():
        for name in names:
            if name in now and name in before:
                yield graded_change(module, name, now[name], before[name])
            else:
                reason = "no measures of the previous year" if previous is None else "not known in both years"
                yield Indicator(module, CHANGE, name, now.get(name), before.get(name), reason=reason)


def presence(cleaned: ReturnTables, year: int, previous: DataFrame | None, la_code: str) -> Iterator[Indicator]:
    """Whether each module holds records where the previous year, or England's pattern, says it must.

    A return without a child is never believable, so one child at least is expected of every LA."""
    before, counts = _totals(previous, la_code), cleaned.row_counts()
    for module in modules(year):
        usual = counts["children"] * PER_1000_CHILDREN.get(module, 0) // 1000
        expected = max(usual, before.get(AS_PREVIOUS_YEAR.get(module, ""), 0))
        if module == "children" and not counts["children"]:
            yield Indicator(module, RECORDS, "", 0, max(expected, 1), 0.0, LOW)
        else:
            yield graded_records(module, counts[module], expected)


def year_on_year_changes(confidence: DataFrame, titles: Mapping[str, str] | None = None) -> list[str]:
    """What moved beyond the thresholds, a sentence each, in the order of the table of `data_confidence`.

    `titles` gives the measures' names in words."""
    moved = confidence["indicator"].isin([CHANGE, RECORDS]) & confidence["confidence"].isin([MEDIUM, LOW])
    return [_in_words(row, titles or {}) for row in confidence[moved].to_dict("records")]


def _in_words(row: Mapping[str, object], titles: Mapping[str, str]) -> str:
    now, before = int(str(row["numerator"])), int(str(row["denominator"]))
    if row["indicator"] == RECORDS:
        module = str(row["module"]).replace("_", " ")
        return f"{module}: {now:,} records where at least {before:,} were expected"
    name = titles.get(str(row["item"]), str(row["item"]).replace("_", " "))
    if not before:
        return f"{name}: {now:,}, none in the previous year"
    if not now:
        return f"{name}: none, {before:,} in the previous year"
    return f"{name}: {'up' if now > before else 'down'} from {before:,} to {now:,} ({now / before - 1:+.0%})"


def _totals(measures: DataFrame | None, la_code: str) -> dict[str, int]:
    """The LA's known measures without breakdown."""
    if measures is None:
        return {}
    known = measures[(measures["la_code"] == la_code) & (measures["breakdown"] == "total") & measures["value"].notna()]
    return dict(zip(known["measure"], known["value"].astype("int64").tolist(), strict=True))
