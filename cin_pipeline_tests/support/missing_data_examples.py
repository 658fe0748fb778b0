"""England and its regions where something is missing, worked out by hand from the definitions: the arithmetic of every
row stands beside it. `EXAMPLES` can be fed to any calculation."""

from dataclasses import dataclass, field, replace
from fractions import Fraction

from cin_pipeline_tests.support.oracle import Carried, EnglandRow, Measures, RowKey, Unusable

TOTAL = ("total", "total")
PLACES = {
    "England": "E92000001",
    "London": "E12000007",
    "Inner": "E13000001",
    "Outer": "E13000002",
    "North East": "E12000001",
    "South East": "E12000008",
    "South West": "E12000009",
}
REGIONS = [f"E1200000{number}" for number in range(1, 10)]


@dataclass(frozen=True)
class Example:
    """What was sent, carried and declared, and the rows, percentages and absences that follow from it.

    `practice` is None for that of the year, else what it was overridden by."""

    name: str
    year: int
    measures: dict[str, Measures]
    expected: list[str]
    rows: dict[RowKey, EnglandRow]
    population: dict[str, int] = field(default_factory=dict)
    unusable: Unusable = field(default_factory=list)
    practice: str | None = None
    carried: dict[str, Carried] = field(default_factory=dict)
    percentages: dict[tuple[str, str, str], Fraction | None] = field(default_factory=dict)
    absent: tuple[RowKey, ...] = ()


def key(text: str) -> RowKey:
    """Of "place: measure", or "place: measure breakdown category"."""
    place, names = text.split(": ")
    measure, by, category = (names.split() + list(TOTAL))[:3]
    return PLACES[place], measure, by, category


def rows(text: str) -> dict[RowKey, EnglandRow]:
    """Lines of a key, and after `|` known, estimated, value, grossing factor (`-`: empty) and missing_data."""
    found = {}
    for line in text.strip().splitlines():
        left, right = line.split("|")
        known, *others, done = (right + " ").split(maxsplit=4) if len(right.split()) > 4 else [*right.split(), ""]
        estimated, value, factor = (None if number == "-" else Fraction(number) for number in others)
        found[key(left.strip())] = EnglandRow(Fraction(known), estimated, value, factor, done.strip())
    return found


def sent(**numbers: int | dict[str, int] | None) -> Measures:
    """Measures by name: a total, or, as `measure__breakdown`, the categories of a breakdown."""
    found: Measures = {}
    for name, number in numbers.items():
        measure, _, by = name.partition("__")
        if isinstance(number, dict):
            found |= {(measure, by.replace("__", ":"), category): count for category, count in number.items()}
        else:
            found[measure, *TOTAL] = number
    return found


# The four LAs of docs/definitions.md, A to D, in Inner and Outer London, Inner London and the North East.
A, B, C, D = "202", "203", "201", "390"
HACKNEY, NEWCASTLE, HAMPSHIRE, PORTSMOUTH = "204", "391", "850", "851"


def four(year: int) -> Example:
    """D sent nothing, C has no return of the previous year, and B's months are unusable."""
    may, april = f"{year - 1}-05", f"{year - 1}-04"
    return Example(
        name="",
        year=year,
        measures={
            A: sent(referrals=4, re_referrals=1, referrals__month={may: 4}),
            B: sent(referrals=12, re_referrals=3, referrals__month={may: 12}),
            C: sent(referrals=5, re_referrals=None, referrals__month={april: 5}),
        },
        expected=[A, B, C, D],
        unusable=[(B, "referrals", "month")],
        rows={},
    )


def four_estimated(year: int, practice: str | None) -> Example:
    may, april = f"referrals month {year - 1}-05", f"referrals month {year - 1}-04"
    return replace(
        four(year),
        name=f"estimate {year}",
        practice=practice,
        population={A: 1000, B: 3000, D: 2000},
        # Rate of A and B: 16 in 4,000. D: 2,000 x 16 / 4,000 = 8. England 4 + 12 + 5 + 8 = 29.
        # Re-referrals: of A and B 4 in 16. C: 5 x 4 / 16 = 5/4. D: 8 x 4 / 16 = 2. England 4 + 13/4 = 29/4.
        # Months: A and C gave them, 9 referrals, 4 in May and 5 in April. B: 12 x 4 / 9 = 16/3 and 12 x 5 / 9 = 20/3.
        # D: 8 x 4 / 9 = 32/9 and 8 x 5 / 9 = 40/9. England: 4 + 16/3 + 32/9 = 116/9 and 5 + 20/3 + 40/9 = 145/9.
        rows=rows(f"""
            England: referrals       | 21  8      29     29/21  estimate
            London: referrals        | 21  0      21     -
            North East: referrals    | 0   8      8      -      estimate
            South West: referrals    | 0   0      0      -
            England: re_referrals    | 4   13/4   29/4   29/16  estimate
            Inner: re_referrals      | 1   5/4    9/4    -      estimate
            Outer: re_referrals      | 3   0      3      -
            London: re_referrals     | 4   5/4    21/4   -      estimate
            North East: re_referrals | 0   2      2      -      estimate
            England: {may}           | 4   80/9   116/9  29/9   estimate
            England: {april}         | 5   100/9  145/9  29/9   estimate
            Inner: {may}             | 4   0      4      -
            Outer: {may}             | 0   16/3   16/3   -      estimate
            Outer: {april}           | 0   20/3   20/3   -      estimate
            North East: {april}      | 0   40/9   40/9   -      estimate
        """),
        # 29/4 of 29; 21/4 of 21; 2 of 8; 9/4 of the 9 of A and C.
        percentages={
            (place, "re_referrals", "referrals"): Fraction(25) for place in ("England", "London", "North East", "Inner")
        },
    )


def four_left_out(year: int, practice: str | None) -> Example:
    may, april = f"referrals month {year - 1}-05", f"referrals month {year - 1}-04"
    return replace(
        four(year),
        name=f"leave-out {year}",
        practice=practice,  # no population: it needs none
        # Referrals 4 + 12 + 5 of A, B and C; re-referrals 1 + 3 of A and B; months 4 of A in May, 5 of C in April.
        rows=rows(f"""
            England: referrals            | 21  0  21  1  leave-out
            London: referrals             | 21  0  21  -
            Inner: referrals              | 9   0  9   -
            North East: referrals         | 0   -  -   -  leave-out
            South West: referrals         | 0   0  0   -
            England: re_referrals         | 4   0  4   1  leave-out
            Inner: re_referrals           | 1   0  1   -  leave-out
            Outer: re_referrals           | 3   0  3   -
            London: re_referrals          | 4   0  4   -  leave-out
            North East: re_referrals      | 0   -  -   -  leave-out
            England: children_referred    | 0   0  0   1  leave-out
            North East: children_referred | 0   -  -   -  leave-out
            England: {may}                | 4   0  4   1  leave-out
            England: {april}              | 5   0  5   1  leave-out
            Inner: {may}                  | 4   0  4   -
            Outer: {may}                  | 0   -  -   -  leave-out
            Outer: {april}                | 0   -  -   -  leave-out
            London: {may}                 | 4   0  4   -  leave-out
            North East: {may}             | 0   -  -   -  leave-out
        """),
        # Of the whole as it stands, C's 5 referrals in it: 4 of 21, 1 of 4 + 5.
        percentages={
            ("England", "re_referrals", "referrals"): Fraction(400, 21),
            ("London", "re_referrals", "referrals"): Fraction(400, 21),
            ("Inner", "re_referrals", "referrals"): Fraction(100, 9),
            ("Outer", "re_referrals", "referrals"): Fraction(25),
            ("North East", "re_referrals", "referrals"): None,
        },
    )


NO_REFERRALS = replace(four(2017), unusable=[(la, "referrals", None) for la in (A, B, C)])
NOBODY = [
    replace(
        NO_REFERRALS,
        name="nobody gave referrals: estimate",
        population={A: 1000, B: 3000, D: 2000},
        # No rate of referrals, so no whole for C and D, either; A's and B's parts stay known.
        rows=rows("""
            England: referrals    | 0  -  -  -  estimate
            Inner: referrals      | 0  -  -  -  estimate
            South West: referrals | 0  0  0  -
            England: re_referrals | 4  -  -  -  estimate
            Inner: re_referrals   | 1  -  -  -  estimate
            Outer: re_referrals   | 3  0  3  -
        """),
        percentages={
            ("England", "re_referrals", "referrals"): None,
            ("Outer", "re_referrals", "referrals"): None,
        },
    ),
    replace(
        NO_REFERRALS,
        name="nobody gave referrals: leave-out",
        practice="leave-out",
        rows=rows("""
            England: referrals    | 0  -  -  -  leave-out
            Inner: referrals      | 0  -  -  -  leave-out
            South West: referrals | 0  0  0  -
            England: re_referrals | 4  0  4  1  leave-out
            Inner: re_referrals   | 1  0  1  -  leave-out
            Outer: re_referrals   | 3  0  3  -
        """),
        percentages={("England", "re_referrals", "referrals"): None},
        absent=(key("England: referrals month 2016-05"), key("England: referrals month 2016-04")),
    ),
]

# 2021. Hackney's figures of 2020 are carried; D sent nothing and is left out; A has no return of the previous year.
HACKNEY_2021 = Example(
    name="carry-forward in a year of leave-out",
    year=2021,
    measures={
        A: sent(
            referrals=10,
            re_referrals=None,
            referrals__month={"2020-04": 10},
            factor_episodes=3,
            factor_episodes__factor={"1A": 1, "18B": 2},
            factor_episodes__factor_group={"1": 1, "18": 2},
        ),
        NEWCASTLE: sent(referrals=20, re_referrals=5, referrals__month={"2021-03": 20}),
    },
    expected=[A, HACKNEY, D, NEWCASTLE],
    carried={
        HACKNEY: Carried(
            2020,
            sent(
                referrals=30,
                re_referrals=6,
                referrals__month={"2019-04": 10, "2020-03": 20},
                factor_episodes=5,
                factor_episodes__factor={"1A": 4, "18A": 1},
                factor_episodes__factor_group={"1": 4, "18": 1},
            ),
        )
    },
    # Referrals: known 10 + 20, carried 30. April: A's 10 and Hackney's 10 of April 2019. March: Newcastle's 20 and
    # Hackney's 20 of March 2020. Re-referrals: known 5 of Newcastle, carried 6; A's are left out.
    # Factors: episodes of A 3 and of Hackney 5; 1A 1 and 4; 18A Hackney's 1 alone; 18B is new in 2021, so Hackney's
    # return of 2020 could not have it; group 18 is A's 2 (18B) and Hackney's 1 (18A).
    rows=rows("""
        England: referrals                      | 30  30  60  2     carry-forward; leave-out
        Inner: referrals                        | 10  30  40  -     carry-forward
        London: referrals                       | 10  30  40  -     carry-forward
        Outer: referrals                        | 0   0   0   -
        North East: referrals                   | 20  0   20  -     leave-out
        England: referrals month 2020-04        | 10  10  20  2     carry-forward; leave-out
        Inner: referrals month 2020-04          | 10  10  20  -     carry-forward
        England: referrals month 2021-03        | 20  20  40  2     carry-forward; leave-out
        Inner: referrals month 2021-03          | 0   20  20  -     carry-forward
        England: re_referrals                   | 5   6   11  11/5  carry-forward; leave-out
        Inner: re_referrals                     | 0   6   6   -     carry-forward; leave-out
        North East: re_referrals                | 5   0   5   -     leave-out
        England: factor_episodes                | 3   5   8   8/3   carry-forward; leave-out
        Inner: factor_episodes factor 1A        | 1   4   5   -     carry-forward
        England: factor_episodes factor 18A     | 0   1   1   1     carry-forward; leave-out
        Inner: factor_episodes factor 18A       | 0   1   1   -     carry-forward
        England: factor_episodes factor 18B     | 2   0   2   1     leave-out
        Inner: factor_episodes factor 18B       | 2   0   2   -     leave-out
        Inner: factor_episodes factor_group 18  | 2   1   3   -     carry-forward
    """),
    # 11 of 60; Inner London 6 of 10 + 30.
    percentages={
        ("England", "re_referrals", "referrals"): Fraction(1100, 60),
        ("Inner", "re_referrals", "referrals"): Fraction(15),
        ("North East", "re_referrals", "referrals"): Fraction(25),
    },
    absent=(key("England: referrals month 2019-04"), key("England: referrals month 2020-03")),
)

OVERRIDDEN = [
    replace(
        HACKNEY_2021,
        name="leave-out is asked for, and nothing is carried",
        practice="leave-out",
        rows=rows("""
            England: referrals               | 30  0  30  1  leave-out
            Inner: referrals                 | 10  0  10  -  leave-out
            England: re_referrals            | 5   0  5   1  leave-out
            Inner: re_referrals              | 0   -  -   -  leave-out
            England: referrals month 2020-04 | 10  0  10  1  leave-out
        """),
        percentages={("England", "re_referrals", "referrals"): Fraction(50, 3)},  # 5 of 30
        absent=(key("England: factor_episodes factor 18A"),),
    ),
    replace(
        HACKNEY_2021,
        name="estimate is asked for, and nothing is carried",
        practice="estimate",
        population={A: 1000, HACKNEY: 3000, D: 1000, NEWCASTLE: 2000},
        # Rate of A and Newcastle: 30 in 3,000. Hackney 30, D 10. Re-referrals: Newcastle's 5 of 20, a quarter; A
        # 10 / 4 = 5/2, Hackney 30 / 4 = 15/2, D 10 / 4 = 5/2: 25/2 in all.
        # April: 10 of 30 referrals. Hackney 10, D 10/3.
        rows=rows("""
            England: referrals               | 30  40    70    7/3  estimate
            Inner: referrals                 | 10  30    40    -    estimate
            England: re_referrals            | 5   25/2  35/2  7/2  estimate
            Inner: re_referrals              | 0   10    10    -    estimate
            England: referrals month 2020-04 | 10  40/3  70/3  7/3  estimate
            Inner: referrals month 2020-04   | 10  10    20    -    estimate
        """),
        percentages={("England", "re_referrals", "referrals"): Fraction(25)},
        absent=(key("England: factor_episodes factor 18A"),),
    ),
    replace(HACKNEY_2021, name="carry-forward is asked for, which is the practice of 2021", practice="carry-forward"),
]

# 2022. Hackney, the one LA of Inner London here, is carried from 2020: without plans of children in need, and without
# factors 18B and 24A.
HACKNEY_2022 = Example(
    name="a measure and a code that the earlier year lacked",
    year=2022,
    measures={
        NEWCASTLE: sent(
            referrals=8,
            referrals__month={"2021-04": 8},
            cin_plans_starting=7,
            children_cin_plan_starting=6,
            factor_episodes=3,
            factor_episodes__factor={"24A": 3, "1A": 1},
        )
    },
    expected=[HACKNEY, NEWCASTLE],
    carried={
        HACKNEY: Carried(
            2020,
            sent(
                referrals=12,
                referrals__month={"2019-04": 12},
                factor_episodes=2,
                factor_episodes__factor={"1A": 2},
            ),
        )
    },
    # Two years on, April 2019 is April 2021: 8 and 12. Plans: Newcastle's 7, of 6 children, and nothing of Hackney.
    rows=rows("""
        England: referrals                  | 8  12  20  5/2  carry-forward
        England: referrals month 2021-04    | 8  12  20  5/2  carry-forward
        England: cin_plans_starting         | 7  0   7   1    leave-out
        Inner: cin_plans_starting           | 0  -   -   -    leave-out
        North East: cin_plans_starting      | 7  0   7   -
        England: children_cin_plan_starting | 6  0   6   1    leave-out
        England: cin_plans_at_31_march      | 0  0   0   1    leave-out
        Inner: cin_plans_at_31_march        | 0  -   -   -    leave-out
        England: factor_episodes factor 24A | 3  0   3   1    leave-out
        Inner: factor_episodes factor 24A   | 0  -   -   -    leave-out
        England: factor_episodes factor 1A  | 1  2   3   3    carry-forward
    """),
    absent=(key("England: referrals month 2019-04"), key("Inner: factor_episodes factor 18B")),
)

# 2024. Hampshire is carried from 2023, when its assessments and the gender of its children were declared unusable and
# it had no return for 2022; its referrals of 2024 are declared unusable though there are none. Lines not used: that for
# Portsmouth, whose return is accepted, and that for Hackney, which is not expected.
STOCK = "cin_episodes_at_31_march"
HAMPSHIRE_2024 = Example(
    name="carried from a year in which figures were unusable or not available",
    year=2024,
    measures={
        PORTSMOUTH: sent(
            referrals=8,
            re_referrals=2,
            assessments_completed=6,
            assessments_completed__duration={"same_day": 6},
            cin_episodes_at_31_march=5,
            cin_episodes_at_31_march__gender={"1": 5},
            cin_episodes_at_31_march__primary_need={"N1": 5},
            cin_episodes_at_31_march__primary_need__gender={"N1:1": 5},
        )
    },
    expected=[HAMPSHIRE, PORTSMOUTH],
    unusable=[(HAMPSHIRE, "referrals", None), (PORTSMOUTH, "children_referred", None)],
    carried={
        HAMPSHIRE: Carried(
            2023,
            sent(
                referrals=40,
                children_referred=35,
                re_referrals=None,
                assessments_completed=33,
                assessments_completed__duration={"same_day": 33},
                cin_episodes_at_31_march=9,
                cin_episodes_at_31_march__gender={"2": 9},
                cin_episodes_at_31_march__primary_need={"N1": 9},
                cin_episodes_at_31_march__primary_need__gender={"N1:2": 9},
            ),
            (("assessments_completed", None), (STOCK, "gender")),
        ),
        PORTSMOUTH: Carried(2023, sent(referrals=999, children_referred=999)),
        HACKNEY: Carried(2023, sent(referrals=777)),
    },
    # Referrals 8 and 40: the line of 2024 on what was never sent changes nothing. Of children referred Portsmouth's are
    # unusable, so left out, and Hampshire's 35 are carried.
    rows=rows(f"""
        England: referrals                               | 8  40  48  6     carry-forward
        South East: referrals                            | 8  40  48  -     carry-forward
        London: referrals                                | 0  0   0   -
        England: children_referred                       | 0  35  35  1     carry-forward; leave-out
        England: re_referrals                            | 2  0   2   1     leave-out
        South East: re_referrals                         | 2  0   2   -     leave-out
        England: assessments_completed                   | 6  0   6   1     leave-out
        England: assessments_completed duration same_day | 6  0   6   1     leave-out
        England: {STOCK}                                 | 5  9   14  14/5  carry-forward
        England: {STOCK} primary_need N1                 | 5  9   14  14/5  carry-forward
        England: {STOCK} gender 1                        | 5  0   5   1     leave-out
        England: {STOCK} primary_need:gender N1:1        | 5  0   5   1     leave-out
    """),
    percentages={("England", "re_referrals", "referrals"): Fraction(100, 24)},  # 2 of 48
    absent=(key(f"England: {STOCK} gender 2"), key(f"England: {STOCK} primary_need:gender N1:2")),
)

# 2025, the first year of Sex, with what no return of 2024 can hold but a code set of another year might: N99, XXX, 99Z.
CODES_2025 = Example(
    name="codes that the year does not have",
    year=2025,
    measures={
        PORTSMOUTH: sent(
            cin_episodes_at_31_march=6,
            cin_episodes_at_31_march__gender={"M": 6},
            cin_episodes_at_31_march__primary_need={"N1": 6},
            cin_episodes_at_31_march__primary_need__gender={"N1:M": 6},
        )
    },
    expected=[HAMPSHIRE, PORTSMOUTH],
    carried={
        HAMPSHIRE: Carried(
            2024,
            sent(
                cin_episodes_at_31_march=10,
                cin_episodes_at_31_march__gender={"1": 4, "2": 3, "0": 1, "9": 1, "unknown": 1},
                cin_episodes_at_31_march__primary_need={"N1": 8, "N99": 1, "unknown": 1},
                cin_episodes_at_31_march__primary_need__gender={
                    "N1:1": 4,
                    "N1:2": 2,
                    "N1:0": 1,
                    "N1:9": 1,
                    "N99:2": 1,
                    "unknown:unknown": 1,
                },
                cin_episodes_at_31_march__disability={"AUT": 2, "XXX": 1},
                cin_episodes_at_31_march__has_disability={"yes": 3, "no": 7},
                factor_episodes=4,
                factor_episodes__factor={"1A": 3, "99Z": 2},
                factor_episodes__factor_group={"1": 3, "99": 2},
            ),
        )
    },
    # U: 0 and 9, 1 + 1. Unknown need: N99 and unknown, 1 + 1. Totals and has_disability stay: the figures are carried.
    rows=rows(f"""
        England: {STOCK}                                       | 6  10  16  8/3  carry-forward
        England: {STOCK} gender M                              | 6  4   10  5/3  carry-forward
        England: {STOCK} gender F                              | 0  3   3   1    carry-forward
        England: {STOCK} gender U                              | 0  2   2   1    carry-forward
        England: {STOCK} gender unknown                        | 0  1   1   1    carry-forward
        England: {STOCK} primary_need N1                       | 6  8   14  7/3  carry-forward
        England: {STOCK} primary_need unknown                  | 0  2   2   1    carry-forward
        England: {STOCK} primary_need:gender N1:M              | 6  4   10  5/3  carry-forward
        England: {STOCK} primary_need:gender N1:U              | 0  2   2   1    carry-forward
        England: {STOCK} primary_need:gender unknown:F         | 0  1   1   1    carry-forward
        England: {STOCK} primary_need:gender unknown:unknown   | 0  1   1   1    carry-forward
        England: {STOCK} disability AUT                        | 0  2   2   1    carry-forward
        England: {STOCK} has_disability yes                    | 0  3   3   1    carry-forward
        England: factor_episodes                               | 0  4   4   1    carry-forward
        England: factor_episodes factor 1A                     | 0  3   3   1    carry-forward
        England: factor_episodes factor_group 1                | 0  3   3   1    carry-forward
    """),
    absent=tuple(
        key(f"England: {names}")
        for names in (
            *(f"{STOCK} gender {code}" for code in "1209"),
            f"{STOCK} primary_need N99",
            f"{STOCK} disability XXX",
            f"{STOCK} disability unknown",
            "factor_episodes factor 99Z",
            "factor_episodes factor unknown",
            "factor_episodes factor_group 99",
            "factor_episodes factor_group unknown",
        )
    ),
)

# 2017, a year of estimates. Newcastle is carried from 2016, for which it had no return of the previous year. D sent
# nothing, and B's months are unusable. Newcastle's population is not known, and not needed.
NEWCASTLE_2017 = Example(
    name="carry-forward in a year of estimates",
    year=2017,
    measures={
        A: sent(referrals=10, re_referrals=2, referrals__month={"2016-05": 10}),
        B: sent(referrals=30, re_referrals=3, referrals__month={"2016-04": 30}),
    },
    expected=[A, B, D, NEWCASTLE],
    population={A: 1000, B: 3000, D: 2000},
    unusable=[(B, "referrals", "month")],
    carried={
        NEWCASTLE: Carried(
            2016, sent(referrals=100, re_referrals=None, referrals__month={"2015-05": 60, "2015-06": 40})
        )
    },
    # Rate 40 in 4,000: D 20; with the 100 of Newcastle 120 are estimated. Re-referrals: 5 of 40, D 20 x 5 / 40 = 5/2,
    # Newcastle nothing. Months: all of A's 10 referrals are of May, so B's 30 and D's 20 are; with Newcastle's 60,
    # 110 are estimated. June: Newcastle's 40 alone, for B and D 0.
    rows=rows("""
        England: referrals                  | 40  120  160   4    carry-forward; estimate
        North East: referrals               | 0   120  120   -    carry-forward; estimate
        London: referrals                   | 40  0    40    -
        England: re_referrals               | 5   5/2  15/2  3/2  estimate; leave-out
        North East: re_referrals            | 0   5/2  5/2   -    estimate; leave-out
        England: referrals month 2016-05    | 10  110  120   12   carry-forward; estimate
        Outer: referrals month 2016-05      | 0   30   30    -    estimate
        North East: referrals month 2016-05 | 0   80   80    -    carry-forward; estimate
        England: referrals month 2016-06    | 0   40   40    1    carry-forward; estimate
        North East: referrals month 2016-06 | 0   40   40    -    carry-forward; estimate
    """),
    percentages={("England", "re_referrals", "referrals"): Fraction(75, 16)},  # 15/2 of 160
    absent=(key("England: referrals month 2015-05"), key("Outer: referrals month 2016-06")),
)

CARRIED_ALONE = [
    replace(
        NEWCASTLE_2017,
        name="a carried LA makes no rate for one that is missing",
        measures={},
        expected=[A, NEWCASTLE],
        unusable=[],
        # Nobody gave a figure to estimate A's with; the North East is what is carried.
        rows=rows("""
            England: referrals                  | 0  -    -    -  carry-forward; estimate
            North East: referrals               | 0  100  100  -  carry-forward
            Inner: referrals                    | 0  -    -    -  estimate
            England: re_referrals               | 0  -    -    -  estimate; leave-out
            North East: re_referrals            | 0  -    -    -  leave-out
            England: referrals month 2016-05    | 0  -    -    -  carry-forward; estimate
            North East: referrals month 2016-05 | 0  60   60   -  carry-forward
        """),
        percentages={("North East", "re_referrals", "referrals"): None},
    ),
    replace(
        NEWCASTLE_2017,
        name="a carried LA and one that is left out",
        year=2019,
        measures={},
        expected=[A, NEWCASTLE],
        unusable=[],
        rows=rows("""
            England: referrals       | 0  100  100  1  carry-forward; leave-out
            North East: referrals    | 0  100  100  -  carry-forward
            Inner: referrals         | 0  -    -    -  leave-out
            England: re_referrals    | 0  -    -    -  leave-out
            North East: re_referrals | 0  -    -    -  leave-out
        """),
        percentages={("England", "re_referrals", "referrals"): None},
        absent=(),
    ),
]

EXAMPLES = [
    four_estimated(2017, None),
    four_estimated(2018, None),
    four_estimated(2019, "estimate"),
    four_left_out(2019, None),
    four_left_out(2026, None),
    four_left_out(2018, "leave-out"),
    *NOBODY,
    HACKNEY_2021,
    *OVERRIDDEN,
    HACKNEY_2022,
    HAMPSHIRE_2024,
    CODES_2025,
    NEWCASTLE_2017,
    *CARRIED_ALONE,
]
