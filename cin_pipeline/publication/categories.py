"""The filters of the tables and their categories, labelled from the code sets where they have a label there."""

from itertools import product

from cin_pipeline.methodology import breakdowns as by
from cin_pipeline.methodology.children import AGE_BANDS, NO_DISABILITY, UNKNOWN
from cin_pipeline.publication.declaring import ALL, Category, Filter
from cin_pipeline.reference.code_sets import Code, every_code

_UNBORN, *_BORN = AGE_BANDS
_ETHNIC_GROUPS = {  # our code: the group in the code set, and its label where that is not one to publish
    "white": ("White", ""),
    "mixed": ("Mixed", ""),
    "asian": ("Asian or Asian British", ""),
    "black": ("Black or Black British", ""),
    "other": ("Other ethnic group", ""),
    UNKNOWN: ("Not stated or not obtained (label unconfirmed)", "Not stated or not obtained"),
}


def _total(label: str = "Total", breakdown: str = "") -> Category:
    return Category(ALL, label, breakdown)


def _coded(code: Code, breakdown: str, *, also: tuple[str, ...] = ()) -> Category:
    return Category(code.code, code.label, breakdown, (code.code, *also), years=code.years)


def _recorded(code_set: str, breakdown: str) -> tuple[Category, ...]:
    """The codes of a set, and a row for what was not recorded or is no such code."""
    rows = tuple(_coded(code, breakdown) for code in every_code(code_set))
    return (*rows, Category(UNKNOWN, "Not recorded", breakdown, (UNKNOWN,)))


def _grouped(code_set: str, group: str) -> tuple[str, ...]:
    return tuple(code.code for code in every_code(code_set) if code.group == group)


def _primary_needs() -> tuple[Category, ...]:
    """N1 to N9, and N0 with what was not recorded."""
    rows = {code.code: code for code in every_code("PrimaryNeedCode")}
    last = rows.pop("N0")
    return (
        *(_coded(code, "primary_need") for code in rows.values()),
        _coded(last, "primary_need", also=(UNKNOWN,)),
    )


def _reasons_for_closure() -> tuple[Category, ...]:
    """RC1 to RC7; one row for what is missing or doubtful, RC8 and RC9 with other activity among it."""
    rows = every_code("ReasonForClosure")
    doubtful = tuple(code.code for code in rows if code.code in ("RC8", "RC9"))
    return (
        *(_coded(code, "reason_for_closure") for code in rows if code.code not in doubtful),
        Category(UNKNOWN, "Missing or unknown", "reason_for_closure", (*doubtful, UNKNOWN)),
    )


def _referral_sources() -> tuple[Category, ...]:
    """The groups of sources; those not recorded are unknown."""
    groups = dict.fromkeys(code.group for code in every_code("ReferralSource"))
    return tuple(
        Category(
            group.lower().replace(" ", "_"),
            group,
            "referral_source",
            (*_grouped("ReferralSource", group), *((UNKNOWN,) if group == "Unknown" else ())),
        )
        for group in groups
    )


def _disabilities() -> tuple[Category, ...]:
    rows = (code for code in every_code("Disability") if code.code != NO_DISABILITY)
    return (
        Category("any", by.HAS_DISABILITY.labels["yes"], "has_disability", ("yes",)),
        *(Category(code.code, code.label, "disability", (code.code,), percent_of="any") for code in rows),
    )


def _factors() -> tuple[Category, ...]:
    return tuple(_coded(code, "factor") for code in every_code("AssessmentFactors") if code.code != "21")


def _genders(prefix: str = "gender_") -> tuple[Category, ...]:
    """The codes to 2023-24 (gender) and those since (sex), of children who are born [A65]; no code is in both."""
    rows = (
        ("male", "Male", ("1", "M")),
        ("female", "Female", ("2", "F")),
        (UNKNOWN, "Unknown or indeterminate gender", ("0", "9", "U", UNKNOWN)),
    )
    by_age = by.crossed(by.GENDER, by.AGE_BAND)
    return tuple(
        Category(f"{prefix}{code}", label, by_age.name, tuple(map(":".join, product(codes, _BORN))))
        for code, label, codes in rows
    )


def _ages() -> tuple[Category, ...]:
    return tuple(
        Category(f"age_{band.replace('-', '_to_').replace('+', '_and_over')}", label, "age_band", (band,))
        for band, label in by.AGE_BAND.labels.items()
    )


def _ethnic_groups(prefix: str = "") -> tuple[Category, ...]:
    return tuple(
        Category(
            f"{prefix}{code}",
            label or group,
            "ethnicity",
            (*_grouped("Ethnicity", group), *((UNKNOWN,) if code == UNKNOWN else ())),
        )
        for code, (group, label) in _ETHNIC_GROUPS.items()
    )


def _durations() -> tuple[Category, ...]:
    return tuple(Category(band, label, "duration", (band,)) for band, label in by.DURATION.labels.items())


PRIMARY_NEED = Filter("primary_need", "Primary need", (_total(), *_primary_needs()))
DISABILITY = Filter("disability", "Disability", (_total(), *_disabilities()))
DURATION = Filter("duration", "Duration", (_total(), *_durations()))
REASON_FOR_CLOSURE = Filter("reason_for_closure", "Reason for closure", (_total(), *_reasons_for_closure()))
REFERRAL_SOURCE = Filter("referral_source", "Source of referral", (_total(), *_referral_sources()))
MONTH = Filter(
    "month",
    "Month of referral",
    (_total(), *(Category(code, label, "month", (code,)) for code, label in by.MONTH.labels.items())),
)
FACTOR = Filter("factor", "Factor identified at the end of assessment", (_total("Any factor"), *_factors()))
INITIAL_CATEGORY = Filter(
    "initial_category", "Initial category of abuse", (_total(), *_recorded("CategoryOfAbuse", "initial_category"))
)
CATEGORY_OF_ABUSE = Filter(
    "category_of_abuse", "Category of abuse", (_total(), *_recorded("CategoryOfAbuse", "initial_category"))
)
ETHNICITY = Filter("ethnicity_major", "Ethnicity", (_total(), *_ethnic_groups()))
GENDER_AND_AGE = Filter("characteristic", "Gender or age at 31 March", (_total(), *_genders(), *_ages()))
CHARACTERISTIC = Filter(
    "characteristic",
    "Gender, age at 31 March or ethnicity",
    (_total(), *_genders(), *_ages(), *_ethnic_groups("ethnicity_")),
)
