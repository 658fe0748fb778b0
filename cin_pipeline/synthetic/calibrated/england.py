"""England's published figures that local authorities (LAs) have no figure for, and how they are spread over LAs.

"Published" values are those of the 2016-17 release and its revised series; "invented" ones are plausible and no more.
By collection year, as counts or as shares.
"""

from typing import Final

from cin_pipeline.reference.published import published_england_figures
from cin_pipeline.synthetic import distributions as d
from cin_pipeline.synthetic.calibrated.figures import YEARS


def _published(year: int, measure: str, breakdown: str, *categories: str) -> tuple[float, ...]:
    """England's published figures of some categories, as counts where there are counts and else as percent."""
    figures = {
        (figure.key.categories, figure.unit): float(figure.value)
        for figure in published_england_figures(year)
        if figure.key[:2] == (measure, breakdown)
    }
    unit = "count" if ((categories[0],), "count") in figures else "percent"
    return tuple(figures[((category,), unit)] for category in categories)


def _total(year: int, measure: str) -> int:
    return int(_published(year, measure, "total", "total")[0])


_DURATIONS: Final = (
    "up_to_3_months",
    "over_3_to_6_months",
    "over_6_months_to_1_year",
    "1_to_2_years",
    "2_years_or_more",
)

# By duration: of episodes at 31 March and of those ending, percent.
OPEN_FOR: Final = {year: _published(year, "cin_episodes_at_31_march", "duration", *_DURATIONS) for year in YEARS}
ENDED_AFTER: Final = {year: _published(year, "cin_episodes_ending", "duration", *_DURATIONS) for year in YEARS}

# Published. Within the rounding such that the rate of conferences and the share within 15 days come out too.
CONFERENCES_BY_WAIT: Final = {2016: (14_024, 41_984, 6_584, 10_394), 2017: (12_356, 47_046, 6_954, 10_544)}
ENQUIRIES: Final = {2016: 172_520, 2017: 185_690}  # section 47; published as a rate
ASSESSMENTS: Final = {year: _total(year, "assessments_completed") for year in YEARS}
ASSESSED_WITHIN_45_DAYS: Final = {2016: 0.834, 2017: 0.829}  # published

PLANS_ENDING: Final = {2016: 62_720, 2017: 65_480}  # published as a rate
PLANS_ENDED_2_YEARS: Final = {
    year: int(_published(year, "cpp_ending", "duration", _DURATIONS[-1])[0]) for year in YEARS
}
REVIEWED_IN_TIME: Final = {year: _total(year, "cpp_reviewed_in_time_at_31_march") for year in YEARS}
# Initial category of plans at 31 March, in the order of the distributions.
CATEGORIES: Final = {year: _published(year, "cpp_at_31_march", "initial_category", *d.CATEGORIES) for year in YEARS}

# Abuse or neglect as primary need, percent of episodes at 31 March. Published for 2016 only (53.2 for 2018).
ABUSE_OR_NEGLECT: Final = {2016: 50.6, 2017: 51.9}

# Invented from here on.
ENDED_STRADDLING: Final = (22, 21, 41)  # of episodes from the year before, ended up to 3, 3 to 6, 6 to 12 months on
FORMER_SHARE: Final = 0.08  # of the episodes open at the start of 2015-16, as many more close as not in need in it
LONG_OF_DROPPED: Final = 0.1  # of the cases that close as not in need a year later, were open for longer than a year
PENDING: Final = 0.35  # of the episodes referred in the last quarter, assessments that are unfinished at its end
VARIATION: Final = 0.15  # how much LAs differ in what is only known for England, as a standard deviation of logs
CHAINED: Final = 0.5  # of what can go either way, children whose case from before ended and who are in need again
MORE_THAN_TWO: Final = 0.45  # of the re-referrals beyond one a child, those of children re-referred from last year too
AFTER_OLD_CASE: Final = 0.1  # of re-referrals across years, those after a case that was open at the turn of the year
