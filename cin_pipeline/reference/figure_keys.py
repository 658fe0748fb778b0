"""Which figure is meant: the one key that measures, estimates, published figures and the tables of a release share."""

from typing import NamedTuple

TOTAL = "total"  # the breakdown and category of a measure as a whole


class FigureKey(NamedTuple):
    """A measure as a whole, or one or several categories of one of its breakdowns, added up.

    The same key in two tables is one number: disclosure control suppresses it in both."""

    measure: str
    breakdown: str = TOTAL
    categories: tuple[str, ...] = (TOTAL,)

    @classmethod
    def one(cls, measure: str, breakdown: str = TOTAL, category: str = TOTAL) -> "FigureKey":
        """The figure of a single category, as a row of the long tables has it."""
        return cls(measure, breakdown, (category,))

    @property
    def category(self) -> str:
        """The only category. Raises ValueError for several added up."""
        (category,) = self.categories
        return category

    @property
    def is_whole(self) -> bool:
        """Whether it is the measure as a whole."""
        return self.breakdown == TOTAL

    def __str__(self) -> str:
        return self.measure if self.is_whole else f"{self.measure}, {self.breakdown} {'+'.join(self.categories)}"
