"""Which LAs gave what, and what England's figures are estimated from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.catalogue import MEASURES, catalogue_of
from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.methodology.missing import UnusableItem
from cin_pipeline.publication.missing_notes import what_was_done
from cin_pipeline.publication.quality.inputs import QualityInput
from cin_pipeline.reference.authorities import ENGLAND, every_authority
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.reference.missing_data import Practice

SMALL = range(1, 6)  # counts of records that are said as a range: in a year with one LA they would be the LA's own

MANY_ALIKE = 6  # figures that make one row of the table

NO_RETURN = "no accepted return"
NO_PREVIOUS_RETURN = "no return for the previous year"
RE_REFERRALS = "re_referrals"
NOT_SAID = "not available in the LA's figures"


class Missing(NamedTuple):
    """A figure that LAs did not give, and what that made of England's."""

    title: str
    breakdown: str  # in words; empty for the measure itself
    reasons: Mapping[str, tuple[str, ...]]  # names of the LAs that did not give it, by why
    given: int  # number of LAs that did
    factor: float  # England's figure over the known; NaN where there is no estimate
    done: str  # about it in England's figures, as `missing_data` says


class Unusable(NamedTuple):
    """A figure that was declared unusable."""

    la_name: str
    title: str
    breakdown: str
    reason: str


def returned(facts: QualityInput) -> tuple[str, ...]:
    """The expected LAs whose figures of the year are held, by code."""
    measures = _of_year(facts.release.measures, facts.release.year.ending)
    held = set(measures["la_code"])
    return tuple(la for la in expected(facts) if la in held)


def expected(facts: QualityInput) -> tuple[str, ...]:
    """The LAs that should have sent a return of the year."""
    return tuple(facts.release.expected.get(facts.release.year.ending, ()))


def not_returned(facts: QualityInput) -> list[tuple[str, str]]:
    """Name of each expected LA without figures of the year, and the state of its last submission."""
    held = set(returned(facts))
    last = dict(zip(facts.submissions["la_code"], facts.submissions["state"], strict=True))
    return [
        (la_name(la), f"submission {last[la]}" if la in last else "no submission")
        for la in expected(facts)
        if la not in held
    ]


def standing_in(facts: QualityInput) -> str:
    """What became of the LAs without a return, in England's figures, in words; empty where all have one."""
    missing = facts.release.missing_in(facts.release.year.ending)
    held = set(returned(facts))
    absent = [la for la in expected(facts) if la not in held]
    carried = [la for la in absent if la in missing.in_place_of_returns]
    declared = {each.la_code for each in missing.carried} - set(carried)
    left = [la for la in absent if la in declared or (la not in carried and missing.practice is Practice.LEAVE_OUT)]
    estimated = len(absent) - len(carried) - len(left)
    counts = ((estimated, "estimated"), (len(carried), "carried forward"), (len(left), "left out"))
    return ", ".join(f"{number} {'is' if number == 1 else 'are'} {how}" for number, how in counts if number)


def without_year_before(facts: QualityInput) -> list[str]:
    """Names of the LAs whose re-referrals could not be counted for want of a return of the previous year."""
    year = facts.release.year.ending
    declared = {item.la_code for item in _declared(facts) if item.measure == RE_REFERRALS}
    rows = _of_year(facts.release.measures, year)
    rows = rows[(rows["measure"] == RE_REFERRALS) & (rows["breakdown"] == TOTAL) & (rows["status"] != KNOWN)]
    without = set(rows["la_code"]) - declared
    return [la_name(la) for la in returned(facts) if la in without]


def without_population(facts: QualityInput) -> list[str]:
    """Names of the expected LAs for which no number of people aged 0 to 17 is held."""
    people = facts.release.population.get(facts.release.year.ending, {})
    return [la_name(la) for la in expected(facts) if la not in people]


def missing_figures(facts: QualityInput) -> list[Missing]:
    """Every figure that an expected LA did not give, in the order of the catalogue: a measure, or a breakdown that
    LAs lack which gave the measure."""
    year = facts.release.year.ending
    rows = _of_year(facts.release.measures, year)
    rows = rows[(rows["status"] != KNOWN) & rows["la_code"].isin(expected(facts))]
    lacking = rows.groupby(["measure", "breakdown"])["la_code"].agg(set).to_dict()
    absent = set(expected(facts)) - set(returned(facts))
    reasons = {(item.la_code, item.measure, each): item.reason for item in _declared(facts) for each in item.breakdowns}
    factors, done = _factors(facts.release.estimates, year), what_was_done(facts.release.estimates, year)
    found = []
    for measure in catalogue_of(year):
        of_measure = lacking.get((measure.name, TOTAL), set()) | absent
        for breakdown in (TOTAL, *measure.breakdowns):
            las = lacking.get((measure.name, breakdown), set()) | (absent if breakdown == TOTAL else set())
            las = las if breakdown == TOTAL else las - of_measure
            if not las:
                continue
            why: dict[str, list[str]] = {}
            for la in sorted(las):
                reason = NO_RETURN if la in absent else reasons.get((la, measure.name, breakdown))
                reason = reason or (NO_PREVIOUS_RETURN if "re_refer" in measure.name else NOT_SAID)
                why.setdefault(reason, []).append(la_name(la))
            found.append(
                Missing(
                    measure.title,
                    "" if breakdown == TOTAL else in_words(breakdown),
                    {reason: tuple(names) for reason, names in why.items()},
                    len(expected(facts)) - len(las | (of_measure if breakdown != TOTAL else set())),
                    factors.get((measure.name, breakdown), float("nan")),
                    "; ".join(sorted(done.get((measure.name, breakdown), ()))),
                )
            )
    return found


def alike(missing: Iterable[Missing]) -> list[Missing]:
    """The same with one row for many figures that lack the same LAs for the same reason, put last."""
    groups: dict[object, list[Missing]] = {}
    for each in missing:
        key = (each.breakdown == "", each.given, f"{each.factor:.4f}", each.done, tuple(each.reasons.items()))
        groups.setdefault(key, []).append(each)
    few = [each for several in groups.values() if len(several) < MANY_ALIKE for each in several]
    many = sorted((several for several in groups.values() if len(several) >= MANY_ALIKE), key=len)
    words = "All" if not few and len(many) == 1 else "Other"
    return [*few, *(several[0]._replace(title=f"{words} figures ({len(several)})") for several in many)]


def unusable_items(facts: QualityInput) -> list[Unusable]:
    """What was declared unusable for the year, with its reason."""
    return [
        Unusable(la_name(item.la_code), MEASURES[item.measure].title, in_words(item.breakdown), item.reason)
        for item in sorted(_declared(facts), key=lambda item: (item.la_code, item.measure, item.breakdown))
    ]


def la_name(la_code: str) -> str:
    """The name of an LA; its code where no such LA is known."""
    known = every_authority().get(la_code)
    return known.name if known else la_code


def in_words(breakdown: str) -> str:
    """A breakdown as people say it."""
    return breakdown.replace("_", " ").replace(":", " by ")


def _declared(facts: QualityInput) -> Iterable[UnusableItem]:
    return (item for item in facts.unusable if item.year == facts.release.year.ending)


def _of_year(measures: DataFrame, year: int) -> DataFrame:
    return measures[measures["collection_year"] == year]


def _factors(estimates: DataFrame, year: int) -> dict[tuple[str, str], float]:
    """England's grossing factor of each measure and breakdown; all categories of a breakdown have the same."""
    rows = estimates[(estimates["geography_code"] == ENGLAND) & (estimates["collection_year"] == year)]
    rows = rows[rows["known"] >= SMALL.stop]  # of a few records it would say how many
    # With figures of an earlier year in it, each category has its own.
    rows = rows[~rows["missing_data"].str.contains(Practice.CARRY_FORWARD)]
    return dict(_first(rows))


def _first(rows: DataFrame) -> Iterator[tuple[tuple[str, str], float]]:
    for (measure, breakdown), group in rows.groupby(["measure", "breakdown"]):
        value = group["grossing_factor"].iloc[0]
        yield (measure, breakdown), float("nan") if pd.isna(value) else float(value)
