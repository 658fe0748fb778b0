"""What the figures of a local authority (LA) have to hold among themselves, as its published rows do."""

from dataclasses import dataclass
from typing import Final

from cin_pipeline.reference.figure_keys import FigureKey
from cin_pipeline.reference.published import PLACE_TABLES
from cin_pipeline.reference.published_columns import count_columns


@dataclass(frozen=True)
class Identity:
    """That some figures come to as much as others, or, where not `exact`, to as much at least; `near`: and hardly to
    more."""

    whole: tuple[FigureKey, ...]
    parts: tuple[FigureKey, ...]
    exact: bool = True
    near: bool = False


# What has no date, or dates that cannot be, is in the whole alone [A24].
_MAY_FALL_SHORT: Final = frozenset(
    {
        ("cin_episodes_ending", "duration"),
        ("assessments_completed", "duration"),
        ("icpcs", "wait"),
        ("cpp_ending", "duration"),
        ("cpp_ending_first_6_months", "remained_in_need"),
    }
)
# Of which one can be in several categories, or in none.
SEVERAL_OR_NONE: Final = frozenset({"has_disability", "factor", "factor_group"})


def identities(year: int) -> tuple[Identity, ...]:
    """The identities of the published tables of a collection year."""
    keys = {key for table in PLACE_TABLES for key in count_columns(table, year).values()}
    breakdowns: dict[tuple[str, str], list[FigureKey]] = {}
    for key in sorted(keys):
        if not key.is_whole:
            breakdowns.setdefault(key[:2], []).append(key)
    of_breakdowns = [
        Identity((FigureKey(measure),), tuple(parts), exact=(measure, breakdown) not in _MAY_FALL_SHORT, near=True)
        for (measure, breakdown), parts in breakdowns.items()
        if breakdown not in SEVERAL_OR_NONE
    ]
    of_several = [
        Identity((FigureKey(measure),), (key,), exact=False)
        for (measure, breakdown), parts in breakdowns.items()
        if breakdown in SEVERAL_OR_NONE
        for key in parts
    ]
    return (*_FLOWS, *_AT_LEAST, *_PLANS, *of_breakdowns, *of_several)


def _of(*measures: str) -> tuple[FigureKey, ...]:
    return tuple(map(FigureKey, measures))


_FLOWS: Final = (
    Identity(_of("cin_episodes_any_point"), _of("cin_episodes_ending", "cin_episodes_at_31_march")),
    Identity(
        _of("referrals"),
        _of("cin_episodes_starting", "referrals_no_further_action", "referrals_assessed_not_in_need"),
    ),
    Identity(_of("cpp_any_point"), _of("cpp_ending", "cpp_at_31_march")),
    Identity(_of("cin_plans_any_point"), _of("cin_plans_ending", "cin_plans_at_31_march")),
)
_AT_LEAST: Final = tuple(
    Identity(
        _of(*whole),
        _of(*parts),
        exact=False,
        near="children" in parts[0] and "children" not in whole[-1] and len(whole) == 1,
    )
    for whole, parts in (
        (("cin_episodes_any_point",), ("cin_children_any_point",)),
        (("cin_episodes_any_point",), ("cin_episodes_starting",)),
        (("cin_episodes_starting",), ("cin_children_starting",)),
        (("cin_episodes_ending",), ("cin_children_ending",)),
        (("cin_episodes_at_31_march",), ("cin_awaiting_assessment_at_31_march",)),
        (("referrals",), ("children_referred",)),
        (("re_referrals",), ("children_re_referred",)),
        # Every further referral of a child in the year is a re-referral.
        (("re_referrals", "children_referred"), ("referrals",)),
        (("referrals",), ("re_referrals",)),
        (("children_referred",), ("children_re_referred",)),
        (("section_47_enquiries",), ("children_section_47",)),
        (("icpcs",), ("children_icpc",)),
        (("icpcs",), ("cpp_starting",)),  # each plan begins with a conference, but where fewer are published
        (("cpp_starting",), ("children_cpp_starting",)),
        (("cpp_starting",), ("cpp_starting_second_or_subsequent",)),
        (("cpp_ending",), ("children_cpp_ending",)),
        (("cpp_ending",), ("cpp_ending_first_6_months",)),
        (("cpp_any_point",), ("children_cpp_any_point",)),
        (("cpp_any_point",), ("cpp_starting",)),
        (("cpp_at_31_march",), ("cpp_open_3_months_at_31_march",)),
        (("cpp_open_3_months_at_31_march",), ("cpp_reviewed_in_time_at_31_march",)),
        (("cin_plans_starting",), ("children_cin_plan_starting",)),
        (("cin_plans_ending",), ("children_cin_plan_ending",)),
        (("cin_plans_any_point",), ("children_cin_plan_any_point",)),
    )
)


def _plans_open(*durations: str) -> tuple[FigureKey, ...]:
    return tuple(FigureKey.one("cpp_at_31_march", "duration", duration) for duration in durations)


_WITHIN_A_YEAR: Final = _plans_open("up_to_3_months", "over_3_to_6_months", "over_6_months_to_1_year")
# Of what is open for less than a year all began in the year, so also by category; who is not open up to three months is
# open for three months.
_PLANS: Final = (
    Identity(
        (FigureKey.one("cin_episodes_ending", "reason_for_closure", "RC5"),),
        _of("cpp_ending_first_6_months_transferred"),
        exact=False,
    ),
    Identity(
        (FigureKey.one("cpp_ending_first_6_months", "remained_in_need", "up_to_3_months"),),
        _of("cpp_ending_first_6_months_transferred"),
        exact=False,
    ),
    Identity(
        (*_of("cpp_open_3_months_at_31_march"), *_plans_open("up_to_3_months")), _of("cpp_at_31_march"), exact=False
    ),
    *(
        identity
        for which in ("initial_category", "latest_category")
        for category in ("NEG", "PHY", "SAB", "EMO", "MUL")
        for begun, open_ in (
            (
                FigureKey.one("cpp_starting", which, category),
                FigureKey.one("cpp_at_31_march", which, category),
            ),
        )
        for identity in (
            Identity((begun, *_plans_open("1_to_2_years", "2_years_or_more")), (open_,), exact=False),
            Identity((*_of("cpp_starting"), open_), (begun, *_WITHIN_A_YEAR), exact=False),
        )
    ),
)
