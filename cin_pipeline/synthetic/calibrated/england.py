"""England's published figures that local authorities (LAs) have no figure for, and how they are spread over LAs.

"Published" values are those of the 2016-17 release and its revised series, by the letters of its tables (most are read
from `reference/data/published-england-figures.csv`); "invented" ones are plausible and no more. By collection year, as
counts or as shares.
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

# By duration: of episodes at 31 March (table B4) and of those ending (B5), percent.
OPEN_FOR: Final = {year: _published(year, "cin_episodes_at_31_march", "duration", *_DURATIONS) for year in YEARS}
ENDED_AFTER: Final = {year: _published(year, "cin_episodes_ending", "duration", *_DURATIONS) for year in YEARS}

# Published to the nearest 10 (table C4): up to 10, 11 to 15, 16 to 20 and more working days. Within that rounding such
# that the rate of conferences and the share within 15 days come out too.
CONFERENCES_BY_WAIT: Final = {2016: (14_024, 41_984, 6_584, 10_394), 2017: (12_356, 47_046, 6_954, 10_544)}
# Section 47 enquiries: of the published rates of 148.8 and 159.1 per 10,000 (table C4). Open data that came out later
# have 172,510 and 185,680, within the rounding of the rate.
ENQUIRIES: Final = {2016: 172_520, 2017: 185_690}
ASSESSMENTS: Final = {year: _total(year, "assessments_completed") for year in YEARS}
ASSESSED_WITHIN_45_DAYS: Final = {2016: 0.834, 2017: 0.829}  # published (table C2)

# Of the published rates of 54.1 and 56.1 per 10,000 (table D1). Open data that came out later have 62,750 and 65,420.
PLANS_ENDING: Final = {2016: 62_720, 2017: 65_480}
PLANS_ENDED_2_YEARS: Final = {
    year: int(_published(year, "cpp_ending", "duration", _DURATIONS[-1])[0]) for year in YEARS
}
REVIEWED_IN_TIME: Final = {year: _total(year, "cpp_reviewed_in_time_at_31_march") for year in YEARS}
# Initial category of plans at 31 March, in the order of the distributions.
CATEGORIES: Final = {year: _published(year, "cpp_at_31_march", "initial_category", *d.CATEGORIES) for year in YEARS}

# Abuse or neglect as primary need, percent of episodes at 31 March (table B3). Published for 2016 and, as 53.2, for
# 2018: 2017 is half way, invented.
ABUSE_OR_NEGLECT: Final = {2016: 50.6, 2017: 51.9}

# From here on all is invented: it moves who has what within the published figures.

# Invented weights of the episodes from the year before that ended up to 3, 3 to 6, 6 to 12 months after their referral.
ENDED_STRADDLING: Final = (22, 21, 41)
# Invented shares. Of the episodes open at the start of 2015-16: as many more cases were open then and close as not in
# need in the year.
FORMER_SHARE: Final = 0.08
LONG_OF_DROPPED: Final = 0.1  # of the cases that close as not in need a year later, were open for longer than a year
PENDING: Final = 0.35  # of the episodes referred in the last quarter, assessments that are unfinished at its end

# Invented: how much LAs differ in what is only known for England, the standard deviation of the logarithm of their
# weights. 0 and they do not; with 0.2 all fits, with 0.3 four LAs have no room for their plans, with 0.5 the figures
# contradict.
VARIATION: Final = 0.15

# Invented shares. Of what can go either way, children whose case from before ended and who are in need again. With 0.25
# one LA has more episodes that start and end in the year than durations for them; 0.75 fits.
CHAINED: Final = 0.5
# Of the re-referrals beyond one a child, those of children re-referred from last year too. 0.2 and 0.6 fit; with 0.9
# one LA has too few cases closed in the first year.
MORE_THAN_TWO: Final = 0.45
AFTER_OLD_CASE: Final = 0.1  # of re-referrals across years, those after a case that was open at the turn of the year
