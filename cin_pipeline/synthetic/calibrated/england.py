"""England's published figures that local authorities (LAs) have no figure for, and how they are spread over LAs.

"Published" values are those of the 2016-17 release and its revised series; "invented" ones are plausible and no more.
By collection year, as counts or as shares.
"""

from typing import Final

# Of episodes at 31 March: open up to 3, 3 to 6, 6 to 12 months, 1 to 2 years, longer. Published, percent.
OPEN_FOR: Final = {2016: (25.6, 12.4, 14.9, 16.1, 31.0), 2017: (27.3, 12.0, 14.5, 15.4, 30.7)}
# Of episodes ending: the same bands. Published, percent.
ENDED_AFTER: Final = {2016: (46.3, 16.3, 15.1, 12.5, 9.8), 2017: (45.1, 16.4, 15.7, 12.8, 10.0)}

# Published. Within the rounding such that the rate of conferences and the share within 15 days come out too.
CONFERENCES_BY_WAIT: Final = {2016: (14_024, 41_984, 6_584, 10_394), 2017: (12_356, 47_046, 6_954, 10_544)}
ENQUIRIES: Final = {2016: 172_520, 2017: 185_690}  # section 47; published as a rate
ASSESSMENTS: Final = {2016: 571_640, 2017: 606_920}  # published
ASSESSED_WITHIN_45_DAYS: Final = {2016: 0.834, 2017: 0.829}  # published

PLANS_ENDING: Final = {2016: 62_720, 2017: 65_480}  # published as a rate
PLANS_ENDED_2_YEARS: Final = {2016: 2_410, 2017: 2_230}  # published
REVIEWED_IN_TIME: Final = {2016: 32_360, 2017: 32_210}  # published
# Initial category of plans at 31 March: NEG, PHY, SAB, EMO, MUL. Published.
CATEGORIES: Final = {2016: (23_150, 4_200, 2_370, 17_770, 2_810), 2017: (24_590, 3_950, 2_260, 17_280, 3_010)}

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
