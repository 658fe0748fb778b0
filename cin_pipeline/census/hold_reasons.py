"""For what a return is held for confirmation, as data: thresholds are ours, and each reason can be switched off."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HoldReason:
    """A way in which what a return holds contradicts its header.

    name: as the setting that switches it off calls it. fewest: of what is counted; nothing is compared where there are
    fewer. share: from which, or below which, a return is held. words: of what it is found, to complete "it is held
    where"; `{fewest}` and `{share}` stand for the two."""

    name: str
    fewest: int
    share: float
    words: str
    told: str  # stands in every sentence that tells it, and in none of another

    @property
    def when(self) -> str:
        """`words` with its numbers."""
        return self.words.format(fewest=self.fewest, share=f"{self.share:.0%}", times=f"{1 / self.share:g}")


_DATES = (
    "of its dates of referral, closure, assessment, section 47 enquiry, conference and plan in the collection year, "
    "the one before and the one after ({{fewest}} or more), {{share}} lie in the one {}"
)
_THE_ONE_NAMED = "the year {} the one its header names"
DATES_BEFORE = HoldReason("dates_before", 50, 0.9, _DATES.format("before"), _THE_ONE_NAMED.format("before"))
# Of a return of the next year 84 to 91% do (synthetic England, 300 returns), the others in the two years of its open
# cases: few such slips are found. No sound return has any date after its year.
DATES_AFTER = HoldReason("dates_after", 50, 0.9, _DATES.format("after"), _THE_ONE_NAMED.format("after"))
CHILDREN = HoldReason(
    "children",
    50,
    0.9,
    "of its children with LAchildID and birth date ({fewest} or more), {share} are those of another LA's current "
    "return of the same year with a lower submission number; not between a new LA and its predecessor",
    "are those of the return of",
)
SIZE = HoldReason(
    "size",
    50,
    0.5,
    "it has under {share} or over {times} times the children of its LA's current return of the same year and of the "
    "previous year, where those have {fewest} or more; of the one there is, where there is one",
    "it has",
)
HOLD_REASONS = (DATES_BEFORE, DATES_AFTER, CHILDREN, SIZE)


def reasons_named(sentence: str) -> tuple[str, ...]:
    """The names of the reasons that a sentence tells with their numbers: for what is published."""
    return tuple(reason.name for reason in HOLD_REASONS if reason.told in sentence)
