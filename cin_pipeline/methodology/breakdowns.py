"""What a breakdown is: how a row gets its category, and what must hold between the categories and their measure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from cin_pipeline.methodology import assessments, calendar, children, episodes
from cin_pipeline.methodology.facts import CountedRows
from cin_pipeline.reference.code_sets import every_code


class Kind(StrEnum):
    """How the categories of a breakdown and the total of its measure hang together, on any input."""

    PARTITION = "partition"  # every row is in one category: they sum to the total
    MAY_FALL_SHORT = "may fall short"  # a row without a usable date is in none: they sum to no more than the total
    NUMBERS = "numbers"  # one category for each whole number that occurs; may fall short
    OVERLAPPING = "overlapping"  # a row may be in several categories

    @property
    def limited(self) -> bool:
        """Whether the categories never sum to more than the total."""
        return self is not Kind.OVERLAPPING

    @property
    def adds_up(self) -> bool:
        """Whether the categories sum to the total."""
        return self is Kind.PARTITION


@dataclass(frozen=True)
class Breakdown:
    """How the rows of a measure are put into categories: by their column of the breakdown's name.

    decided_by: the function that puts a row into its category and says how; None where the rows themselves do.
    code_set, labels: what the categories are called. rows: counted in place of the measure's rows, of which they hold
    one for each category a row is in; `of` are those they are made for, and no other measure can take the breakdown.
    part_of: the breakdown and category that holds every row that is in one here, else the measure. bands: the
    breakdown whose categories are bands of these numbers. year_in_category: a category names its year, as 2016-04."""

    name: str
    label: str
    kind: Kind = Kind.PARTITION
    decided_by: Callable[..., object] | None = None
    code_set: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    rows: CountedRows | None = None
    of: CountedRows | None = None
    part_of: tuple[str, str] | None = None
    bands: str = ""
    year_in_category: bool = False
    crossing_of: tuple["Breakdown", ...] = ()

    @property
    def items(self) -> tuple["Breakdown", ...]:
        """The breakdowns that a crossing joins; of another, itself."""
        return self.crossing_of or (self,)

    def label_of(self, category: str) -> str:
        """What a category is called; as it is where it has no name. Of a crossing, what each of its items calls it."""
        if self.crossing_of:
            parts = zip(self.items, category.split(":", len(self.items) - 1), strict=True)
            return ", ".join(item.label_of(part) for item, part in parts)
        codes = {code.code: code.label for code in every_code(self.code_set)} if self.code_set else {}
        without_year = self.without_year(category)
        return self.labels.get(without_year) or codes.get(category) or category

    def without_year(self, category: str) -> str:
        """The category as it is the same in every collection year."""
        return category.partition("-")[2] if self.year_in_category else category


def crossed(*items: Breakdown) -> Breakdown:
    """A row is in the category that joins its categories of each item with colons; in none where it lacks one.

    Raises ValueError for items whose rows are not those of the measure: a row in several categories of two items at
    once would need rows of its own."""
    for item in items:
        if item.rows is not None or not item.kind.limited:
            raise ValueError(f"{item.name} cannot be crossed: it counts rows of its own")
    partition = all(item.kind.adds_up for item in items)
    return Breakdown(
        ":".join(item.name for item in items),
        " by ".join((items[0].label, *(item.label.lower() for item in items[1:]))),
        Kind.PARTITION if partition else Kind.MAY_FALL_SHORT,
        crossing_of=items,
    )


HAS_DISABILITY = Breakdown(
    "has_disability",
    "Whether a disability is recorded",
    decided_by=children.disabilities,
    labels={"yes": "With a disability recorded", "no": "Without a disability recorded"},
)
DISABILITY = Breakdown(
    "disability",
    "Disability",
    Kind.OVERLAPPING,
    code_set="Disability",
    rows=episodes.disabilities_at_31_march,
    of=episodes.at_31_march,
    part_of=("has_disability", "yes"),
)
PRIMARY_NEED = Breakdown("primary_need", "Primary need", decided_by=children.with_unknown, code_set="PrimaryNeedCode")
REASON_FOR_CLOSURE = Breakdown(
    "reason_for_closure", "Reason for closure", decided_by=children.with_unknown, code_set="ReasonForClosure"
)
REFERRAL_SOURCE = Breakdown(
    "referral_source", "Source of referral", decided_by=children.with_unknown, code_set="ReferralSource"
)
MONTH = Breakdown(
    "month",
    "Month of referral",
    labels={
        f"{number:02}": name
        for number, name in (
            *((4, "April"), (5, "May"), (6, "June"), (7, "July"), (8, "August"), (9, "September")),
            *((10, "October"), (11, "November"), (12, "December"), (1, "January"), (2, "February"), (3, "March")),
        )
    },
    year_in_category=True,
)
GENDER = Breakdown(
    "gender",
    "Gender",
    decided_by=children.characteristics,
    labels={code.code: code.label for code_set in ("GenderCurrent", "Sex") for code in every_code(code_set)},
)
AGE_BAND = Breakdown(
    "age_band",
    "Age at 31 March",
    decided_by=children.age_bands,
    labels=dict(
        zip(
            children.AGE_BANDS,
            ("Unborn", "Under 1", "1 to 4", "5 to 9", "10 to 15", "16 and over", "Age unknown"),
            strict=True,
        )
    ),
)
ETHNICITY = Breakdown("ethnicity", "Ethnicity", decided_by=children.characteristics, code_set="Ethnicity")
INITIAL_CATEGORY = Breakdown(
    "initial_category", "Initial category of abuse", decided_by=children.with_unknown, code_set="CategoryOfAbuse"
)
LATEST_CATEGORY = Breakdown(
    "latest_category", "Latest category of abuse", decided_by=children.with_unknown, code_set="CategoryOfAbuse"
)

DURATION = Breakdown(
    "duration",
    "Duration",
    Kind.MAY_FALL_SHORT,
    decided_by=calendar.duration_bands,
    labels=dict(
        zip(
            calendar.DURATION_BANDS,
            (
                "3 months or less",
                "More than 3 months, up to and including 6 months",
                "More than 6 months but less than 1 year",
                "1 year but less than 2 years",
                "2 years and over",
            ),
            strict=True,
        )
    ),
)
REMAINED_IN_NEED = Breakdown(
    "remained_in_need",
    "Time in need after the plan",
    Kind.MAY_FALL_SHORT,
    decided_by=calendar.remained_bands,
    labels=dict(
        zip(
            calendar.REMAINED_BANDS,
            ("3 months or less", "More than 3 months, up to and including 6 months", "More than 6 months"),
            strict=True,
        )
    ),
)
DURATION_TO_31_MARCH = replace(DURATION, kind=Kind.PARTITION)  # at 31 March every duration has its end
ASSESSMENT_DURATION = replace(
    DURATION,
    decided_by=calendar.assessment_bands,
    labels={
        band: "Same day" if band == "same_day" else f"{band.replace('-', ' to ').replace('+', ' or more')} working days"
        for band in calendar.ASSESSMENT_BANDS
    },
)
WAIT = Breakdown(
    "wait",
    "Wait for the conference",
    Kind.MAY_FALL_SHORT,
    decided_by=calendar.wait_bands,
    labels={band: f"{band.replace('-', ' to ').replace('+', ' or more')} working days" for band in calendar.WAIT_BANDS},
)
WORKING_DAYS = Breakdown(
    "working_days", "Working days", Kind.NUMBERS, decided_by=calendar.working_days, bands=ASSESSMENT_DURATION.name
)
WORKING_DAYS_OF_WAIT = replace(WORKING_DAYS, bands=WAIT.name)
FACTOR = Breakdown(
    "factor",
    "Factor identified at the end of assessment",
    Kind.OVERLAPPING,
    code_set="AssessmentFactors",
    rows=assessments.factors,
    of=assessments.with_factors,
)
FACTOR_GROUP = Breakdown(
    "factor_group",
    "Group of factors",
    Kind.OVERLAPPING,
    rows=assessments.factor_groups,
    of=assessments.with_factors,
)
