"""Published cells that cannot come out, and what says so in the published tables themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pandas import DataFrame

from cin_pipeline_tests.backtests.tables.comparing import DIFFERENT


@dataclass(frozen=True)
class Explanation:
    """Why some cells differ; each of `tables`, `years`, `codes`, `columns` and `rows` takes in all where it is empty.

    `published`: the symbols they are published with, where it is for these."""

    reason: str
    tables: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    published: tuple[str, ...] = ()

    def takes_in(self, cells: DataFrame) -> "Iterable[bool]":
        """Which cells it explains; columns of `compared`."""
        found = cells["outcome"] == DIFFERENT
        for column, names in (
            ("table", self.tables),
            ("year", self.years),
            ("code", self.codes),
            ("column", self.columns),
            ("row", self.rows),
            ("published", self.published),
        ):
            if names:
                found &= cells[column].isin(names)
        return found


HAMPSHIRE, HACKNEY, SCILLY, WEST_SUSSEX, DONCASTER, HALTON = "850", "204", "420", "938", "371", "876"
EXPLANATIONS: Final = (
    Explanation(
        "Of Hampshire 2024, whose figures are carried forward, the Department shows u; the authority itself has no "
        "return, and so x, as Hackney has in 2021 and 2022.",
        years=(2024,),
        codes=(HAMPSHIRE,),
        published=("u",),
    ),
    Explanation(
        "Categories alone that are u, and second plans of Doncaster 2022, withdrawn later, are left out of England: "
        "here the LA did not give them, and shows x.",
        years=(2022, 2024),
        codes=(DONCASTER, HALTON),
        published=("u",),
    ),
    Explanation(
        "When second plans of Doncaster 2022 were withdrawn, D3 lost them, its percentages what they are of too, "
        "and A2 neither.",
        tables=("a2", "d3"),
        years=(2022,),
        columns=("number", "percent", "CPP_subsequent_percent"),
    ),
    Explanation(
        "Hackney 2022 is not available in any table but D8, though its figures of 2020 are in England in all.",
        tables=("d8",),
        years=(2022,),
        codes=(HACKNEY,),
    ),
    Explanation(
        "A sum that ends in exactly 5, or a percentage in exactly 0.05, was rounded down in C1 (and A1) alone; others, "
        "referrals of England 2016 in the same table (621,465: 621,470), were rounded up.",
        tables=("a1", "c1"),
        years=(2015, 2016, 2018),
        columns=("number", "no_further_action_count", "not_in_need_count", "no_further_action_percent"),
    ),
    Explanation(
        "69 of 240 plans of Shropshire are 28.75%, published as 28.7; all other 155 halves of LAs are rounded up.",
        tables=("d5",),
        years=(2017,),
        codes=("893",),
    ),
    Explanation(
        "The percentage of a suppressed count is shown, so ours is of the number taken for it.",
        tables=("d8",),
        years=(2021, 2024),
        codes=("314", "890"),
    ),
    Explanation(
        "Rows of B3 and C5 that fall short of their totals, as no return can: ours count the rest as not stated.",
        tables=("b3", "c5"),
        columns=("N0_Not_stated", "Unknown"),
    ),
    Explanation(
        "D4 and D5 of 2013 hold 379 plans of West Sussex and so 43,140 of England; A2, A6 and D1 hold 424 and 43,190.",
        tables=("d4", "d5"),
        years=(2013,),
        codes=("E92000001", "E12000008", WEST_SUSSEX),
    ),
    Explanation(
        "In 2013 LAs that gave conferences and not their waits (Westminster, Knowsley) were left out of the bands, "
        "where other missing categories were estimated.",
        tables=("c4",),
        years=(2013,),
    ),
    Explanation(
        "In 2013 the plans of LAs that gave no closures (County Durham, Oldham, Norfolk) are in England, nearly all as "
        "over six months, though their own rows show x.",
        tables=("d8",),
        years=(2013,),
        codes=("E92000001", "E12000001", "E12000002", "E12000006"),
    ),
    Explanation(
        "In 2014 the missing disabilities of Southampton and Cornwall come to 500 children more in the South East than "
        "the known share of children says; how is not known.",
        tables=("b2",),
        years=(2014,),
        columns=("At31_episodes_disability_recorded", "At31_episodes_disability_recorded_percent"),
    ),
    Explanation(
        "An estimate of 2013 or 2014 that is within a fraction of one of the next rounding: the population of the "
        "vintage is known between bounds, and how the Department rounded on the way is not.",
        tables=("b2", "b4", "b5"),
        years=(2013, 2014),
        codes=("E12000001", "E12000002"),
    ),
    Explanation(
        "The Department's estimate for Leicester and City of London's suppressed plans come to 249 in 2016, ours to "
        "244 at most: D1 leaves City of London one plan, D4 and D5 suppress two of its categories.",
        tables=("a2", "d6"),
        years=(2016,),
        columns=("number", "CPP_At31_3Months"),
    ),
    Explanation(
        "England's child in need plans of 2022 at any point are 299,434 by its LAs, published 299,440.",
        tables=("b7",),
        years=(2022,),
        columns=("CINPlan_anypoint",),
    ),
    Explanation(
        "A percentage of no plans is published as 0 here, in the same column of other rows as not applicable.",
        tables=("d8",),
        columns=("3_months_or_less_transfer_percent",),
        published=("0",),
    ),
    Explanation(
        "What was not collected in 2013 is not available, in the column of percentages too, which the row never has.",
        tables=("a1",),
        years=(2013,),
        rows=("Assessments completed in the year",),
    ),
    Explanation(
        "England's assessments of 2014 are u among the headline figures; A1 and C2 have the number.",
        tables=("headline",),
        years=(2014,),
        columns=("completed_assessments",),
    ),
    Explanation(
        "C3 of 2019 shows z for the factors of Isles of Scilly, which gave none, and x for four of West Sussex.",
        tables=("c3",),
        years=(2019,),
        codes=(SCILLY, WEST_SUSSEX),
    ),
)


def explained(cells: DataFrame) -> DataFrame:
    """The cells with a column `reason`, the first that takes them in; blank where none does."""
    reasons = cells["published"].map(lambda _: "")
    for each in reversed(EXPLANATIONS):
        reasons = reasons.mask(each.takes_in(cells), each.reason)
    return cells.assign(reason=reasons)
