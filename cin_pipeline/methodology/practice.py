"""What is done in a year about what LAs did not give, and what is told of it wherever figures are shown [A68; A69; A70;
A71]."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.reference.missing_data import Practice

MOST_NAMED = 12


class Carrying(StrEnum):
    """What became of a line that declares figures to be carried forward."""

    CARRIED = "carried forward"
    OWN_RETURN = "not used, for the year has an accepted return"
    NOTHING = "left out, for there is no accepted return to carry forward"


class CarriedLa(NamedTuple):
    """An LA declared to be carried forward, from which year, what became of it, and the submission of that year, by
    number and sha256 of the file."""

    la_code: str
    from_year: int
    outcome: Carrying
    submission: int | None
    sha256: str = ""


class NewLa(NamedTuple):
    """A new LA with a declared predecessor, and whose return of the previous year its re-referrals can be counted with:
    its own, the predecessor's, or with none nobody's; and the submission. `returned`: whether it sent one itself."""

    la_code: str
    predecessor: str
    counted_with: str
    submission: int | None
    returned: bool


@dataclass(frozen=True)
class MissingData:
    """What is done about missing data in a year. `asked`: whether the practice was asked for in place of the year's.
    `unusable` and `unreliable`: LAs with any figure so declared; `low_reliability`: LA and measure."""

    year: int
    practice: Practice
    asked: bool = False
    carried: tuple[CarriedLa, ...] = ()
    new: tuple[NewLa, ...] = ()
    low_reliability: tuple[tuple[str, str], ...] = ()
    unusable: frozenset[str] = frozenset()

    def sentences(self) -> Iterator[str]:
        """What is done, the practice first; not what went wrong (`warnings`)."""
        label = CollectionYear(self.year)
        how = {
            Practice.ESTIMATE: "estimated from what the others gave",
            Practice.LEAVE_OUT: "left out of England and its regions",
        }[self.practice]
        whose = "as asked for" if self.asked else "the practice of the year"
        yield f"Missing figures of {label} are {how} ({self.practice}, {whose})."
        for la, from_year, outcome, *_ in self.carried:
            if outcome is Carrying.CARRIED:
                yield carried_sentence(la, from_year, self.year)
            elif outcome is Carrying.OWN_RETURN:
                yield f"Nothing of {named(la)} is carried forward: its return of {label} is accepted."
        for new in self.new:
            if new.returned and new.counted_with == new.predecessor:
                yield (
                    f"Re-referrals of {named(new.la_code)} are counted with the return of its predecessor "
                    f"{named(new.predecessor)} for {CollectionYear(self.year - 1)}."
                )
        shown = [(la, measure) for la, measure in self.low_reliability if la not in self.in_place_of_returns]
        if shown:
            told = [f"{measure} of {named(la)}" for la, measure in shown]
            yield f"Of low reliability (u), {label}: {', '.join(told)}."

    def carried_sentences(self) -> Iterator[str]:
        """Of each LA whose figures are carried forward, from which year."""
        yield from (carried_sentence(la, before, self.year) for la, before in self.in_place_of_returns.items())

    def warnings(self) -> Iterator[str]:
        """What is not as it was declared."""
        label = CollectionYear(self.year)
        unreliable = {la for la, _ in self.low_reliability}
        for la, from_year, outcome, *_ in self.carried:
            if outcome is Carrying.NOTHING:
                yield (
                    f"{named(la)} has no accepted return of {CollectionYear(from_year)} to carry forward: it is left "
                    f"out of {label}."
                )
            elif outcome is Carrying.CARRIED and la in self.unusable | unreliable:
                what = " and ".join(
                    word for word, las in (("unusable", self.unusable), ("of low reliability", unreliable)) if la in las
                )
                yield f"{named(la)}, without a return, has figures declared {what} for {label}: the carried ones count."
        for new in self.new:
            if new.returned and not new.counted_with:
                yield (
                    f"Re-referrals of {named(new.la_code)} are not available: neither it nor its predecessor "
                    f"{named(new.predecessor)} has an accepted return of {CollectionYear(self.year - 1)}."
                )

    @property
    def in_place_of_returns(self) -> dict[str, int]:
        """The LAs whose figures are carried forward, each with the year they are of."""
        return {each.la_code: each.from_year for each in self.carried if each.outcome is Carrying.CARRIED}


def carried_sentence(la_code: str, from_year: int, year: int) -> str:
    """That an LA's figures of one year stand in for those of another."""
    return (
        f"{named(la_code)} has no return of {CollectionYear(year)}: England and its regions hold its figures of "
        f"{CollectionYear(from_year)}, carried forward."
    )


def named(la_code: str) -> str:
    """An LA by name and code."""
    return f"{every_authority()[la_code].name} ({la_code})" if la_code in every_authority() else la_code


def names(la_codes: Iterable[str]) -> str:
    """Some LAs by name and code; of many how many they are."""
    codes = list(la_codes)
    return ", ".join(map(named, codes)) if len(codes) <= MOST_NAMED else f"{len(codes)} local authorities"
