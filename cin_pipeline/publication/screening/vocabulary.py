"""The words of the Department's publishing service, as its open data standards have them.

Written down here once more, not taken from what writes our files: a column, level, unit or symbol that is wrong there
is unknown here. Only the LAs come from the project's list of them (`reference.authorities`).
"""

from typing import NamedTuple

from cin_pipeline.reference.authorities import Authority, authorities, every_authority
from cin_pipeline.reference.data_files import rows

# Columns.

TIME_PERIOD, TIME_IDENTIFIER, LEVEL = "time_period", "time_identifier", "geographic_level"
REQUIRED_OF_DATA = (TIME_PERIOD, TIME_IDENTIFIER, LEVEL, "country_code", "country_name")
REQUIRED_OF_METADATA = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
)  # fmt: skip
FILTER_DEFAULT = "filter_default"
OPTIONAL_IN_METADATA = (FILTER_DEFAULT, "parent_filter")
FILTER, INDICATOR = "Filter", "Indicator"
TOTAL = "Total"

# Time.


class TimeIdentifiers(NamedTuple):
    """Identifiers that may stand in one file, and how many digits their time periods have."""

    names: tuple[str, ...]
    digits: int


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
TIME_IDENTIFIERS = (
    TimeIdentifiers(("Calendar year",), 4),
    TimeIdentifiers(("Reporting year",), 4),
    TimeIdentifiers(_MONTHS, 4),
    TimeIdentifiers(tuple(f"Week {number}" for number in range(1, 53)), 4),
    TimeIdentifiers(("Academic year",), 6),
    TimeIdentifiers(("Financial year",), 6),
    TimeIdentifiers(("Tax year",), 6),
    TimeIdentifiers(("Autumn and spring term",), 6),
    TimeIdentifiers(("Autumn term", "Spring term", "Summer term"), 6),
    TimeIdentifiers(tuple(f"Financial year Q{number}" for number in range(1, 5)), 6),
    TimeIdentifiers(("Part 1 (April to September)", "Part 2 (October to March)"), 6),
)

# Places.


class Level(NamedTuple):
    """A geographic level: its columns, and the levels (the country apart) whose columns its rows may fill in too."""

    code: str
    name: str
    within: tuple[str, ...] = ()
    second_code: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Those it has; one level has no code."""
        return tuple(filter(None, (self.code, self.second_code, self.name)))


NATIONAL, REGIONAL, LA = "National", "Regional", "Local authority"
LAD, SCHOOL, PROVIDER = "Local authority district", "School", "Provider"
INSTITUTION, PLANNING_AREA = "Institution", "Planning area"
_LSIP, _LEP = "Local skills improvement plan area", "Local enterprise partnership"
_PCON, _EDA, _OA = "Parliamentary constituency", "English devolved area", "Opportunity area"
_ABOVE_SCHOOLS = (
    REGIONAL, LA, LAD, "RSC region", _PCON, _LSIP, _LEP, _EDA, _OA, "Ward", "MAT", "Sponsor", PLANNING_AREA,
    "Police force area",
)  # fmt: skip
LEVELS = {
    NATIONAL: Level("country_code", "country_name"),
    REGIONAL: Level("region_code", "region_name"),
    LA: Level("new_la_code", "la_name", (REGIONAL,), "old_la_code"),
    LAD: Level("lad_code", "lad_name", (REGIONAL, LA, _LSIP)),
    "RSC region": Level("", "rsc_region_lead_name"),
    _PCON: Level("pcon_code", "pcon_name", (REGIONAL, LA)),
    _LSIP: Level("lsip_code", "lsip_name", (REGIONAL,)),
    _LEP: Level("local_enterprise_partnership_code", "local_enterprise_partnership_name", (REGIONAL,)),
    _EDA: Level("english_devolved_area_code", "english_devolved_area_name", (REGIONAL,)),
    _OA: Level("opportunity_area_code", "opportunity_area_name", (REGIONAL,)),
    "Ward": Level("ward_code", "ward_name", (REGIONAL, LA, LAD)),
    "MAT": Level("trust_id", "trust_name"),
    "Sponsor": Level("sponsor_id", "sponsor_name"),
    SCHOOL: Level("school_urn", "school_name", _ABOVE_SCHOOLS, "school_laestab"),
    PROVIDER: Level("provider_ukprn", "provider_name", _ABOVE_SCHOOLS),
    INSTITUTION: Level("institution_id", "institution_name", _ABOVE_SCHOOLS),
    PLANNING_AREA: Level("planning_area_code", "planning_area_name", (REGIONAL, LA, _LSIP)),
    "Police force area": Level("pfa_code", "pfa_name", (REGIONAL, LA, LAD)),
}
OBSERVATIONAL = (
    TIME_PERIOD, TIME_IDENTIFIER, LEVEL, *(column for level in LEVELS.values() for column in level.columns),
)  # fmt: skip
LEVELS_WITH_LISTS = (NATIONAL, REGIONAL, LA, LAD, _PCON, _LSIP, _LEP, _EDA, "Ward")  # of codes that exist
LEVELS_WITHOUT_LISTS_OF_GROUPS = (_OA, "MAT", "Sponsor")
NAMES_THAT_MAY_BE_FILTERS = ("school_name", "provider_name")  # where nothing else is
# How columns of places are often called; a filter of such a name is taken for one.
_SHORT_FOR_PLACES = ("sch", "prov", "inst", "estab", "la", "rsc", "pcon", "lep", "mca", "oa", "ward", "mat")
_OF_A_PLACE = ("name", "code", "urn", "ukprn", "number", "upin", "id")
_BEGINNINGS = (*_SHORT_FOR_PLACES, "country", "reg", "local", "pfa")
_WHOLE_NAMES = {
    *_SHORT_FOR_PLACES, *_OF_A_PLACE, "laestab", "school", "schools", "provider", "providers", "institution",
    "institutions", "region", "lad",
}  # fmt: skip


def like_a_place(column: str) -> bool:
    """Whether a column has a name that columns of places often have, as `school_name` or `LA`."""
    name = column.lower()
    return name in _WHOLE_NAMES or (name.startswith(_BEGINNINGS) and name.endswith(_OF_A_PLACE))


COUNTRIES = {("E92000001", "England")}
REGIONS = {
    ("E12000001", "North East"),
    ("E12000002", "North West"),
    ("E12000003", "Yorkshire and The Humber"),
    ("E12000004", "East Midlands"),
    ("E12000005", "West Midlands"),
    ("E12000006", "East of England"),
    ("E12000007", "London"),
    ("E12000008", "South East"),
    ("E12000009", "South West"),
    ("E13000001", "Inner London"),
    ("E13000002", "Outer London"),
}
NOT_AVAILABLE = ("x", "Not available")
ELSEWHERE = {
    ("z", name)
    for name in (
        "Not applicable", "Unknown", "Outside of England", "Outside of the United Kingdom",
        "Outside of England and unknown", "Outside of the United Kingdom and unknown",
    )
}  # fmt: skip


def las() -> set[tuple[str, str, str]]:
    """Three-digit code, name and nine-character code of every LA, in every form it had."""
    return {(row["la_code"], row["la_name"], row["new_la_code"]) for row in rows("local-authorities")}


def las_of(year: int) -> dict[str, Authority]:
    """The LAs of a collection year by three-digit code; one that was none then as it stood last."""
    return every_authority() | authorities(year)


# Cells.

UNITS = ("", "%", "pp", "£", "£m", "numberstring")
SYMBOLS = ("z", "x", "c", "u", "low", "k")
OBSOLETE_SYMBOLS = ("~", ":")
NULLS = ("NULL", "Null", "null", "NA", "na")
OLD_WORDS_FOR_NOTHING = ("N/A", "n/a", ".", "..", "-")
MOST_ITEMS = 25_000

# Variables that have one form in all of the Department's data.

PEOPLE = (
    "male", "female", "asian", "chinese", "indian", "pakistani", "bangladeshi", "black", "african", "caribbean",
    "white", "roma", "irish", "english", "british", "scottish", "welsh", "northern irish", "arab",
)  # fmt: skip
_ESTABLISHMENT = ("establishment_type", "establishment_type_group")
# What in the name of a column tells of such a variable, and the names agreed for it.
HARMONISED = {
    "sen_": ("sen_status", "sen_primary_need", "sen_secondary_need", "sen_provision"),
    "primary_need": ("sen_primary_need",),
    "secondary_need": ("sen_secondary_need",),
    "establishment_type": _ESTABLISHMENT,
    "school_type": _ESTABLISHMENT,
    "provider_type": ("provider_type",),
    "ethnic": ("ethnicity_major", "ethnicity_minor", "ethnicity_detailed", "minority_ethnic"),
}
_MINOR_ETHNICITIES = {
    "White": (
        "English/Welsh/Scottish/Northern Irish/British", "Irish", "Gypsy or Irish Traveller", "Roma",
        "Any other White background",
    ),
    "Mixed/Multiple ethnic groups": (
        "White and Black Caribbean", "White and Black African", "White and Asian",
        "Any other Mixed/Multiple ethnic background",
    ),
    "Asian/Asian British": ("Indian", "Pakistani", "Bangladeshi", "Chinese", "Any other Asian background"),
    "Black/African/Caribbean/Black British": (
        "African", "Caribbean", "Any other Black/African/Caribbean background",
    ),
    "Other ethnic group": ("Arab", "Any other ethnic group"),
}  # fmt: skip
ETHNICITIES = {
    (TOTAL, TOTAL),
    ("Unknown", "Unknown"),
    *((major, minor) for major, minors in _MINOR_ETHNICITIES.items() for minor in (TOTAL, *minors)),
}

# Longest texts of a data set that is offered as an API.

LONGEST_COLUMN, LONGEST_LABEL, LONGEST_CODE, LONGEST_ITEM = 50, 100, 30, 120
