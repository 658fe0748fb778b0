"""Every proportion the synthetic returns are drawn from, with its source.

"Published" values come from the release for 2016-17 (SFR 61/2017 and its revised series) for England, by the letters
of its tables. "Invented" values are plausible and no more, and nobody should cite them; where something near has been
published, it is named for who wants to come closer to it. All years are drawn alike: the published figures move by a
few percent a year, which is less than anything here depends on. Weights need not add up to 1; they are normalised where
they are used.

Another value gives other returns, so other bytes for every seed, and figures of England that move with it; nothing
breaks, but where it is said. The calibrated England takes from here what is neither published for LAs nor listed in
`calibrated/england.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Quantiles:
    """A distribution given by the shares at or below some values, straight lines between them."""

    shares: Sequence[float]  # from 0 to 1, rising
    values: Sequence[float]

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """`size` independent values."""
        return np.interp(rng.random(size), self.shares, self.values)


def weighted(rng: np.random.Generator, weights: Sequence[float], size: int) -> NDArray[np.int64]:
    """`size` positions in `weights`, drawn in proportion to them."""
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative / cumulative[-1], rng.random(size), side="right").astype(np.int64)


# --- How much, England, a year ---------------------------------------------------------------------------------------

REFERRALS = 646_000  # published 646,120 (table C1)
NO_FURTHER_ACTION = 0.102  # published, of referrals (table C1)

# Published (table C1): 27.8% of the year's referrals are assessed as not in need by the end of it. As many of the cases
# open at its end end that way in the next year; invented so that the share comes out.
NOT_IN_NEED = 0.315

# Children referred for the first time in five years, a year, and the chance that a closed case is followed by another
# referral, with the days from the closure to it. Invented so that together they give about the referrals published
# and 21.9% of them (published, table C1) within 365 days of the child's one before.
FIRST_REFERRALS = 430_000
REFERRED_AGAIN = 0.36
DAYS_TO_NEXT_REFERRAL = Quantiles((0, 0.25, 0.5, 0.75, 0.9, 1), (2, 35, 95, 210, 400, 900))

# Weights of referrals by month from April, and by weekday from Monday: invented; by month near table C6 of 2014-15 to
# 2016-17, in which March of 2017 is higher (1.15).
MONTHS = (0.97, 1.03, 1.04, 1.05, 0.85, 1.00, 1.04, 1.08, 0.93, 1.02, 0.97, 1.05)
WEEKDAYS = (1.05, 1.05, 1.05, 1.0, 1.0, 0.05, 0.05)

# --- What happens in a case ------------------------------------------------------------------------------------------

# Pathways of an episode of need. Invented shares; together they give about the published 185,450 section 47 enquiries,
# 76,900 initial conferences (ICPCs; both table C4) and 66,410 plans starting a year (table D1). The names are in the
# order of the positions in `cases`.
PATHWAYS: Mapping[str, float] = {
    "support": 0.530,  # no section 47 enquiry at the start
    "enquiry": 0.265,  # an enquiry that needs no conference
    "conference": 0.031,  # an enquiry and a conference, no plan
    "plan": 0.165,  # an enquiry, a conference and a plan
    "transfer_in": 0.009,  # a plan brought in from another authority, by a transfer-in conference
}
LATER_ENQUIRIES = 0.075  # section 47 enquiries that need no conference, per year of an open case; invented
LATE_PLAN = 0.25  # share of the pathways "conference" and "plan" that begin well into the case; invented
SECOND_PLAN_IN_CASE = 0.07  # share of plans followed by another in the same case; invented
ANY_ASSESSMENT = 0.97  # share of episodes on the pathway "support" that are assessed; invented

# Days an episode of need lasts, child protection aside. Up to two years the bands are those of the published ended
# episodes (table B5: 45.1, 16.4, 15.7, 12.8, 10.0%) less the invented durations of the cases with plans; the invented
# tail beyond gives the 30.7% of open episodes that are two years old (published, table B4). Where children grow up in
# between, they leave. The last share below 1 is where the tail begins, so it and the share of the tail add up to 1.
EPISODE_DAYS = Quantiles((0, 0.20, 0.545, 0.725, 0.850, 0.918, 1), (6, 45, 91, 182, 365, 730, 730))
EPISODE_TAIL = 0.082  # share of the tail
EPISODE_TAIL_YEARS = 3.9  # mean beyond two years
LONGEST_EPISODE_YEARS = 17.5

# Working days. Assessments: published median 29 and 82.9% within 45 (table C2), the rest invented, but for the
# quartiles of 15 and 43 there. More than 95 is never drawn, nor in the calibrated England.
ASSESSMENT_LAG = Quantiles((0, 0.5, 0.8, 0.95, 1), (0, 1, 3, 10, 45))  # referral to start; invented
ASSESSMENT = Quantiles((0, 0.02, 0.16, 0.31, 0.50, 0.73, 0.829, 0.885, 0.94, 1), (0, 0, 10, 20, 29, 40, 45, 50, 60, 95))
# Published waits (table C4): 12,360 up to 10 days, 47,050 of 11 to 15, 6,950 of 16 to 20, 10,540 above; up to 45
# invented.
CONFERENCE_WAIT = Quantiles((0, 0.161, 0.773, 0.863, 1), (1, 10, 15, 20, 45))
ENQUIRY_LAG = 4  # from the start of the assessment to the start of the enquiry: below this; invented
CLOSURE_LAG = Quantiles((0, 0.5, 0.9, 1), (0, 7, 30, 60))  # calendar days, assessment to closure not in need; invented
DECISION_DAYS = 3  # working days, referral to closure with no further action: below this; invented
NFA_WITH_CLOSURE = 0.6  # share of NFA referrals with a closure date; invented

# Days a plan lasts: from the published bands of plans at 31 March (table D5: 16,180, 12,730, 13,710, 7,390, 1,080) and
# 3.4% of ended plans of two years or more (D7); the values between are invented. Table D7 has more short plans among
# those that ended: 20.2% up to 3 months.
PLAN_DAYS = Quantiles((0, 0.05, 0.415, 0.76, 0.90, 0.966, 0.99, 1), (14, 91, 182, 365, 500, 730, 850, 1300))
STEP_DOWN_DAYS = Quantiles((0, 0.1, 0.5, 0.9, 1), (0, 0, 100, 365, 900))  # end of the plan to closure; invented
# Share of children with earlier plans before their first one here; published 18.7% of all plans starting (table D3).
PREVIOUS_PLANS = 0.12
SECOND_PREVIOUS_PLAN = 0.15  # share of the children with an earlier plan who have had two; invented
LATE_REVIEW = 0.045  # share of reviews that come late; invented, for the 7.9% of plans not reviewed in time (table D6)
# Published: initial category of plans at 31 March (table D4).
CATEGORIES: Mapping[str, float] = {"NEG": 24_590, "PHY": 3_950, "SAB": 2_260, "EMO": 17_280, "MUL": 3_010}
CATEGORY_CHANGES = 0.08  # share of plans whose category is another one from the first review on; invented

CIN_PLAN = 0.6  # share of episodes without a protection plan that have a child in need plan; invented
CIN_PLAN_AFTER = 0.85  # share of protection plans followed by one; invented

# --- Codes -----------------------------------------------------------------------------------------------------------
# Codes not valid in a year are left out and the rest take their share.
# fmt: off

# Percent by collection year of the sources that begin so: police, schools, health services (published, table C5). Years
# without have those of the last.
SOURCES_PUBLISHED: Mapping[int, Mapping[str, float]] = {
    2016: {"6": 27.6, "2A": 16.7, "3": 14.3},
    2017: {"6": 27.5, "2A": 17.7, "3": 14.4},
}
# Weights within health services, and of the other sources: invented. Table C5 of 2016-17 has, in percent: individuals
# (1) 8.2, education services (2B) 2.6, housing (4) 1.5, LA services (5) 13.6, legal agencies (7) 3.4, other (8) 6.3,
# anonymous (9) 2.2, unknown (10) 2.3.
SOURCES: Mapping[str, float] = {
    "1A": 4.6, "1B": 1.6, "1C": 1.2, "1D": 1.2, "2A": 1, "2B": 1.9, "3A": 1.9, "3B": 2.4,
    "3C": 0.9, "3D": 2.6, "3E": 3.0, "3F": 3.6, "4": 1.6, "5A": 6.0, "5B": 5.4, "5C": 3.4,
    "5D": 2.0, "6": 1, "7": 3.0, "8": 5.0, "9": 2.2, "10": 1.5,
}
# Percent. Published for abuse or neglect (50.6% at 31 March 2016, table B3); the rest invented. Abuse or neglect has to
# be the first. Table A3 of 2017-18 has, from N1: 53.2, 8.7, 2.6, 8.5, 15.4, 2.0, 0.4, 3.1, 1.0, and N0 5.2.
NEEDS: Mapping[str, float] = {
    "N1": 51.0, "N2": 9.0, "N3": 3.0, "N4": 9.5, "N5": 15.5, "N6": 4.0, "N7": 0.6, "N8": 3.0,
    "N9": 3.2, "N0": 1.2,
}
# Percent; invented. RC6 comes of TO_ADULT_SERVICES, RC2 of DEATHS. Table B6 of 2016-17 has RC1 1.0, RC2 0.2, RC3 0.1,
# RC4 0.7, RC5 3.2, RC6 0.7, RC7 85.3, unknown 8.9.
CLOSURE_REASONS: Mapping[str, float] = {
    "RC1": 1.4, "RC3": 1.0, "RC4": 1.7, "RC5": 4.6, "RC6": 0.0, "RC7": 90.4,
}
TO_ADULT_SERVICES = 0.25  # share of episodes of need ending from the next age on that end that way; invented
TO_ADULT_SERVICES_YEARS = 17.5  # invented
ADOPTED_YEARS = (0.5, 9)  # youngest and oldest age at which a case ends with adoption (RC1), else RC7; invented
DEATHS = 0.0012  # share of episodes of need that end with the death of the child; invented
EARLY_HELP = 0.3  # share of cases closed after assessment that go to early help (RC9, where collected); invented

# Groups of factors: percent of the episodes with factors that have one, and how they divide within it. Published for
# 2015-16: domestic abuse (3), mental health (4), drugs (2), emotional abuse (17), alcohol (1), neglect (16),
# physical abuse (18), sexual abuse (19), self-harm (15), sexual exploitation (11), missing (10), gangs (13). From the
# counts of 2016-17: 22A and 23A. Invented: the others, and all divisions (table C3 of 2017-18 has every factor).
# Episodes without any of these have 20, other.
FACTORS: Sequence[tuple[float, Mapping[str, float]]] = (
    (18.4, {"1A": 2.0, "1B": 14.5, "1C": 2.5}),
    (19.3, {"2A": 3.5, "2B": 13.5, "2C": 3.0}),
    (49.6, {"3A": 9.0, "3B": 38.0, "3C": 5.0}),
    (36.6, {"4A": 9.5, "4B": 25.5, "4C": 3.5}),
    (9.0, {"5A": 6.0, "5B": 2.6, "5C": 1.0}),
    (9.5, {"6A": 5.0, "6B": 4.5, "6C": 1.0}),
    (3.2, {"7A": 1.0}),
    (0.5, {"8B": 0.05, "8C": 0.08, "8D": 0.05, "8E": 0.1, "8F": 0.2}),
    (0.8, {"9A": 1.0}),
    (2.7, {"10A": 1.0}),
    (3.9, {"11A": 1.0}),
    (0.4, {"12A": 1.0}),
    (1.2, {"13A": 1.0}),
    (6.5, {"14A": 1.0}),
    (4.3, {"15A": 1.0}),
    (17.5, {"16A": 1.0}),
    (19.3, {"17A": 1.0}),
    (14.0, {"18A": 14.0, "18B": 2.0, "18C": 12.0}),
    (6.4, {"19A": 6.4, "19B": 2.0, "19C": 4.4}),
    (0.2, {"22A": 1.0}),
    (0.3, {"23A": 1.0}),
    (2.0, {"24A": 1.0}),
)
FACTOR_OTHER = "20"
SECOND_OF_GROUP = 0.12  # share of the sets with a group that have a second factor of it; invented
# Since these years other codes take the place of the ones named, which stay valid (and are queried from 2025).
FACTORS_REPLACED: Mapping[str, int] = {"18A": 2021, "19A": 2021}
NO_FACTORS = 0.45  # share of assessments of children not in need that find none (21); invented
INTERNAL_REVIEW = 0.35  # share of assessments with a date of internal review; invented
INTERNAL_REVIEW_DAYS = 10  # working days from the start; invented
FACTOR_SETS = 4096  # distinct households' sets of factors an assessment takes one of; invented

# --- Children --------------------------------------------------------------------------------------------------------

BOYS = 0.54  # published: 206,060 boys and 175,320 girls at 31 March (table A7)
INDETERMINATE = 0.002  # GenderCurrent 9; published: 690 of 389,040 unknown or indeterminate (table A7)
UNBORN = 0.055  # share of children first referred before birth; invented (table A7: 1.8% unborn at 31 March)
AGES_YEARS = Quantiles((0, 0.10, 0.30, 0.55, 0.86, 1), (0, 1, 5, 10, 15, 17.6))  # at the first referral; invented
# Cases end before the child is grown up, but for care leavers: of those whose episode is longer than so many years, a
# share may stay until a later age. The age of 18 is the law's, the others are invented.
OLDEST_YEARS = 18
CARE_LEAVERS = 0.25
CARE_LEAVERS_OPEN_YEARS = 3
OLDEST_CARE_LEAVER_YEARS = 20
OLDEST_RE_REFERRED_YEARS = 16.0  # at the next referral; invented
# Days from a referral before birth to the birth, first and last, and between the birth and the day it was expected, at
# most. Invented; rule 8606 is broken by more than 280 days between the referral and either.
TO_BIRTH_DAYS = (15, 268)
BIRTH_OFF_DUE_DAYS = 14

# Percent; invented, near table A7 of 2016-17, which has 68.5 White British, 8.2 mixed, 7.2 Asian with Chinese and 8.4
# Black, of those whose ethnicity is known.
ETHNICITIES: Mapping[str, float] = {
    "WBRI": 69.0, "WIRI": 0.4, "WIRT": 0.3, "WOTH": 5.2, "WROM": 0.6, "MWBC": 3.3, "MWBA": 1.1,
    "MWAS": 1.4, "MOTH": 2.4, "AIND": 1.1, "APKN": 2.5, "ABAN": 1.3, "AOTH": 1.7, "BCRB": 1.5,
    "BAFR": 3.4, "BOTH": 1.2, "CHNE": 0.3, "OOTH": 1.7, "REFU": 0.3, "NOBT": 1.8,
}
DISABLED = 0.09  # share of children; invented (table B2 of 2016-17: of the episodes at 31 March 12.9%)
DISABLED_OPEN_TWO_YEARS = 0.17  # share of children whose first episode lasts two years or more; invented
# Percent of disabled children; invented, near table B2 of 2016-17, which has, in this order: 19.1, 3.9, 10.9, 7.9,
# 21.7, 44.4, 5.1, 8.2, 21.7, 5.1, 32.7, 22.0.
DISABILITIES: Mapping[str, float] = {
    "MOB": 18, "HAND": 8, "PC": 15, "INC": 13, "COMM": 25, "LD": 45, "HEAR": 6, "VIS": 8, "BEH": 24,
    "CON": 5, "AUT": 32, "DDA": 20,
}
DISABILITIES_PER_CHILD = (0.55, 0.22, 0.11, 0.07, 0.05)  # one, two, ...; invented
DISABILITY_SETS = 512  # distinct sets of disabilities a disabled child takes one of; invented
# One child referred in each year has this many. A return in which fewer than eight codes occur is queried as a whole
# (2887Q), so without such a child every small synthetic return would be.
COMPLEX_DISABILITIES = 9

UPN_AT_SCHOOL = 0.94  # share of children of school age whose UPN is known; invented
UPN_FROM_YEARS = Quantiles((0, 0.4, 1), (3, 4, 5))  # age from which a child has one; invented
FORMER_UPN = 0.01  # share of the known; invented
UPN_UNKNOWN: Mapping[str, float] = {"UN2": 45, "UN3": 15, "UN5": 40}  # invented
# Of those without a UPN: share of the children first referred in the last week who have none yet (UN4), and of the
# children with no further action who have none for that reason (UN7); invented.
UPN_LAST_WEEK = 0.3
UPN_NFA = 0.3
