"""Charts as positions: what a template draws, with the words and the numbers that say the same.

Across, positions are percentages of the width and down they are pixels: so a chart fills a phone and a wide screen
with text of one size, and takes its colours from the page in light, dark and print. (A drawing library writes fixed
widths and its own colours.) Only published figures come in here; what is suppressed has no position.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

HEIGHT = 310  # pixels of a plot
_TOP, _BOTTOM = 24.0, HEIGHT - 34.0
_LEFT, _RIGHT = 14.0, 96.0  # percent of the width


class DataTable(NamedTuple):
    """The numbers behind a chart; the first column names the row, the others are numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Bar(NamedTuple):
    """A bar, `width` in percent of the longest possible; empty where there is no number."""

    label: str
    text: str
    width: str
    stands_out: bool = False


class Gridline(NamedTuple):
    """A line across at a round value."""

    y: str
    label: str


class Segment(NamedTuple):
    """A straight piece of a line."""

    x1: str
    y1: str
    x2: str
    y2: str
    kind: str


class Dot(NamedTuple):
    """A point; `title` is what a pointer over it reads."""

    x: str
    y: str
    kind: str
    title: str


class Label(NamedTuple):
    """A text in a plot."""

    x: str
    y: str
    text: str
    anchor: str  # start, middle, end


@dataclass(frozen=True)
class Chart:
    """What every chart says: its name, what there is to see in a sentence or two, and the data behind it."""

    id: str
    title: str
    caption: str
    alternative: str
    data: DataTable


@dataclass(frozen=True)
class BarChart(Chart):
    """Bars that lie; `columns`: many short ones side by side."""

    bars: tuple[Bar, ...]
    columns: bool = False


@dataclass(frozen=True)
class Plot(Chart):
    """Lines and points over two axes."""

    gridlines: tuple[Gridline, ...]
    segments: tuple[Segment, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]
    legend: tuple[tuple[str, str], ...]  # kind, words
    x_title: str = ""


@dataclass(frozen=True)
class Axes:
    """Where values stand in a plot."""

    x_from: float
    x_to: float
    y_to: float  # from 0

    def x(self, value: float) -> str:
        """Across, in percent."""
        span = self.x_to - self.x_from
        share = (value - self.x_from) / span if span else 0.5
        return f"{_LEFT + share * (_RIGHT - _LEFT):.2f}%"

    def y(self, value: float) -> str:
        """Down, in pixels."""
        return f"{_BOTTOM - value / self.y_to * (_BOTTOM - _TOP):.1f}"

    def gridlines(self) -> tuple[Gridline, ...]:
        """Lines at round values from 0 to the top."""
        step = round_step(self.y_to)
        return tuple(Gridline(self.y(n * step), f"{n * step:,}") for n in range(math.floor(self.y_to / step) + 1))


def axes(xs: Sequence[float], ys: Sequence[float]) -> Axes:
    """Axes that hold all values, the upper end at a round one."""
    top = max(ys, default=0.0) or 1.0
    step = round_step(top)
    return Axes(min(xs), max(xs), math.ceil(top / step) * step)


def bars(rows: Iterable[tuple[str, str, Decimal | None]], stands_out: str = "") -> tuple[Bar, ...]:
    """Bars from label, text and number; the longest fills the width."""
    listed = list(rows)
    longest = max((number for _, _, number in listed if number is not None), default=Decimal(0)) or Decimal(1)
    return tuple(
        Bar(label, text, "" if number is None else f"{number / longest * 100:.2f}%", label == stands_out)
        for label, text, number in listed
    )


def line(points: Sequence[tuple[float, float]], on: Axes, kind: str) -> tuple[Segment, ...]:
    """A line through points, in pieces: only pieces can have their ends in percent of the width."""
    places = [(on.x(x), on.y(y)) for x, y in points]
    return tuple(Segment(*a, *b, kind) for a, b in pairwise(places))


def round_step(top: float) -> int:
    """A round number that goes into `top` three to seven times."""
    rough = max(top / 5, 1.0)
    power = 10 ** math.floor(math.log10(rough))
    return int(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough))
