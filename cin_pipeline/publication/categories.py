"""The filters of the tables and their categories, labelled from the code sets where they have a label there."""

from collections.abc import Iterator
from dataclasses import replace
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
_KNOWN_GROUPS = tuple(code for code in _ETHNIC_GROUPS if code != UNKNOWN)
_TRAVELLERS = ("WIRT", "WROM")  # one row of the release


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


_PRIVATELY_FOSTERED, _OTHER_FACTOR, _NO_FACTOR = "Privately fostered", "20", "21"


def _factors() -> tuple[Category, ...]:
    """In the order of their numbers, other ones last; the five kinds of private fostering are one group, in which a
    referral counts once, no factor none."""
    every = {code.code: code for code in every_code("AssessmentFactors") if code.code != _NO_FACTOR}
    last = every.pop(_OTHER_FACTOR)
    ordered = sorted(every.values(), key=lambda code: (int(code.code[:-1]), code.code))
    fostered = [code for code in ordered if code.group == _PRIVATELY_FOSTERED]
    as_one = Category(
        "privately_fostered",
        _PRIVATELY_FOSTERED,
        "factor_group",
        (fostered[0].code[:-1],),
        years=(min(code.years[0] for code in fostered), max(code.years[1] for code in fostered)),
    )
    rows = [as_one if code is fostered[0] else _coded(code, "factor") for code in ordered if code not in fostered[1:]]
    return (*rows, _coded(last, "factor"))


_GENDERS = (  # those to 2023-24 (gender) and those since (sex): no code is in both
    ("male", "Male", ("1", "M")),
    ("female", "Female", ("2", "F")),
    (UNKNOWN, "Unknown or indeterminate gender", ("0", "9", "U", UNKNOWN)),
)
_GENDER_BY_AGE = by.crossed(by.GENDER, by.AGE_BAND).name


def _age_code(band: str) -> str:
    return band.replace("-", "_to_").replace("+", "_and_over")


def _genders() -> tuple[Category, ...]:
    """Children who are born, by gender [A65]."""
    return tuple(
        Category(f"gender_{code}", label, _GENDER_BY_AGE, tuple(map(":".join, product(codes, _BORN))))
        for code, label, codes in _GENDERS
    )


def _ages() -> tuple[Category, ...]:
    return tuple(
        Category(f"age_{_age_code(band)}", label, "age_band", (band,)) for band, label in by.AGE_BAND.labels.items()
    )


def _genders_by_age() -> tuple[Category, ...]:
    """Boys, then girls, by the ages that are published."""
    return tuple(
        Category(
            f"{gender}_{_age_code(band)}",
            f"{label}, {by.AGE_BAND.labels[band].lower()}",
            _GENDER_BY_AGE,
            tuple(f"{code}:{band}" for code in codes),
        )
        for gender, label, codes in _GENDERS
        if gender != UNKNOWN
        for band in _BORN
        if band != UNKNOWN
    )


def _ethnic_group(code: str, prefix: str = "", percent_of: str = ALL) -> Category:
    group, label = _ETHNIC_GROUPS[code]
    categories = (*_grouped("Ethnicity", group), *((UNKNOWN,) if code == UNKNOWN else ()))
    return Category(f"{prefix}{code}", label or group, "ethnicity", categories, percent_of=percent_of)


def _known_ethnicity(prefix: str = "", percent_of: str = ALL) -> Category:
    """Children whose ethnicity is known: of any of the five groups."""
    categories = tuple(code for name in _KNOWN_GROUPS for code in _grouped("Ethnicity", _ETHNIC_GROUPS[name][0]))
    return Category(f"{prefix}known", "Known ethnicity", "ethnicity", categories, percent_of=percent_of)


def _ethnic_groups(prefix: str = "") -> tuple[Category, ...]:
    return (_known_ethnicity(prefix), *(_ethnic_group(code, prefix) for code in _ETHNIC_GROUPS))


def _details(name: str) -> tuple[Category, ...]:
    """What is in an ethnic group; Gypsy, Roma and Irish Traveller children together, of one code alone nothing."""
    codes = [code for code in every_code("Ethnicity") if code.group == _ETHNIC_GROUPS[name][0]]
    rows = [Category(code.code, code.label, "ethnicity", (code.code,)) for code in codes]
    if _TRAVELLERS[0] in (row.code for row in rows):
        rows = [row for row in rows if row.code not in _TRAVELLERS]
        rows.append(Category("travellers", "Gypsy, Roma or Irish Traveller", "ethnicity", _TRAVELLERS))
    return tuple(rows) if len(rows) > 1 else ()


def _ethnicities(prefix: str) -> Iterator[Category]:
    """Each group with what is in it, in percent of those whose ethnicity is known."""
    known = f"{prefix}known"
    yield _known_ethnicity(prefix, known)
    for name in _KNOWN_GROUPS:
        yield _ethnic_group(name, prefix, known)
        for row in _details(name):
            yield replace(row, code=f"{prefix}{row.code}", percent_of=known)
    yield _ethnic_group(UNKNOWN, prefix)


def _sums_of_ethnicity(prefix: str = "") -> tuple[tuple[str, ...], ...]:
    return (
        (ALL, f"{prefix}known", f"{prefix}{UNKNOWN}"),
        (f"{prefix}known", *(f"{prefix}{name}" for name in _KNOWN_GROUPS)),
    )


def _adding_up(name: str, label: str, *rows: Category) -> Filter:
    """A filter whose rows add up to its total."""
    return Filter(name, label, (_total(), *rows), ((ALL, *(row.code for row in rows)),))


def _durations() -> tuple[Category, ...]:
    return tuple(Category(band, label, "duration", (band,)) for band, label in by.DURATION.labels.items())


PRIMARY_NEED = _adding_up("primary_need", "Primary need", *_primary_needs())
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
INITIAL_CATEGORY = _adding_up(
    "initial_category", "Initial category of abuse", *_recorded("CategoryOfAbuse", "initial_category")
)
CATEGORY_OF_ABUSE = Filter(
    "category_of_abuse", "Category of abuse", (_total(), *_recorded("CategoryOfAbuse", "initial_category"))
)
ETHNICITY = Filter("ethnicity_major", "Ethnicity", (_total(), *_ethnic_groups()), _sums_of_ethnicity())
GENDER_AND_AGE = Filter(
    "characteristic", "Gender or age at 31 March", (_total(), *_genders(), *_ages(), *_genders_by_age())
)
CHARACTERISTIC = Filter(
    "characteristic",
    "Gender, age at 31 March or ethnicity",
    (_total(), *_genders(), *_ages(), *_ethnic_groups("ethnicity_")),
)
DETAILED_CHARACTERISTIC = Filter(
    "characteristic",
    "Gender, age at 31 March or ethnicity",
    (_total(), *_genders(), *_ages(), *_ethnicities("ethnicity_")),
    (
        (ALL, *(row.code for row in _genders()), "age_unborn"),
        (ALL, *(row.code for row in _ages())),
        *_sums_of_ethnicity("ethnicity_"),
        *(
            (f"ethnicity_{name}", *(f"ethnicity_{row.code}" for row in _details(name)))
            for name in _KNOWN_GROUPS
            if _details(name)
        ),
    ),
)
