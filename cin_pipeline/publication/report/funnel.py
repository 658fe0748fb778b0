"""The funnel: the rate of every LA against its population, and how far chance alone would spread them.

Were an LA's rate England's, its count would vary as a Poisson count does. With England's rate R per 10,000 and N people
the limits of the rate are R plus and minus z times the square root of (R x 10,000 / N), z = 1.96 for 95% and 3.09 for
99.8% of LAs. Numbers are the published ones.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from cin_pipeline.pages import counted
from cin_pipeline.publication.report.charts import Axes, DataTable, Dot, Label, Plot, Segment, axes, line, round_step
from cin_pipeline.publication.shown import Shown


class Limit(NamedTuple):
    """Limits that hold so many LAs in a hundred by chance alone."""

    kind: str
    words: str
    z: float


LIMITS = (Limit("inner", "95% limits", 1.96), Limit("outer", "99.8% limits", 3.09))
AUTHORITIES = ("local authority", "local authorities")
_STEPS = 48  # pieces of a limit's line
_BEYOND, _WITHIN = ("above", "below"), "within"


def limit(rate: float, people: float, z: float) -> float:
    """How far from England's rate per 10,000 a limit lies for an LA of so many people."""
    return z * math.sqrt(rate * 10_000 / people)


def place_in_funnel(rate: float, england: float, people: int) -> str:
    """Where an LA's rate lies, in words."""
    distance = rate - england
    side = _BEYOND[distance < 0]
    for each in reversed(LIMITS):
        if abs(distance) > limit(england, people, each.z):
            return f"{side} the {each.words}"
    return f"{_WITHIN} the {LIMITS[0].words}"


def funnel_chart(name: str, title: str, rates: Iterable[tuple[str, Shown, int | None]], england: Shown) -> Plot | None:
    """The funnel of a rate per 10,000; `rates`: name, published rate and population of each LA.

    None where England has no rate, or no LA has a rate and a population."""
    listed = list(rates)
    points = [(la, float(shown.number), people) for la, shown, people in listed if shown.number is not None and people]
    if not points or not england.number:
        return None
    centre = float(england.number)
    largest = max(people for _, _, people in points)
    on = axes([0.0, largest * 1.03], [1.05 * max(centre * 1.6, *(rate for _, rate, _ in points))])
    places = [place_in_funnel(rate, centre, people) for _, rate, people in points]
    outside = sum(not place.startswith(_WITHIN) for place in places)
    far = sum(place.endswith(LIMITS[-1].words) and not place.startswith(_WITHIN) for place in places)
    number = counted(len(points), *AUTHORITIES)
    caption = (
        f"{number} by their number of people aged 0 to 17. Beyond the 95% limits lie {outside}, "
        f"beyond the 99.8% limits {far}; by chance alone about {len(points) * 0.05:.1f} and {len(points) * 0.002:.1f} "
        f"would. Authorities differ in need and practice: the limits show where chance ends, not what is good. "
        f"{counted(len(listed) - len(points), *AUTHORITIES)} without a published rate or population left out."
    )
    rows = tuple(
        sorted(
            (la, f"{people:,}", f"{rate:,.1f}", place) for (la, rate, people), place in zip(points, places, strict=True)
        )
    )
    return Plot(
        name,
        f"{title}: against England",
        caption,
        f"Funnel plot: rates of {number} around England's {england.text}; {outside} lie beyond "
        f"the 95% limits, {far} beyond the 99.8% limits.",
        DataTable(("Local authority", "People aged 0 to 17", "Rate", "Against England"), rows),
        on.gridlines(),
        (*_limits(centre, largest, on), *line([(0.0, centre), (largest * 1.03, centre)], on, "centre")),
        tuple(
            Dot(on.x(people), on.y(rate), "la" if place.startswith(_WITHIN) else "la outside", f"{la}: {rate:,.1f}")
            for (la, rate, people), place in zip(points, places, strict=True)
        ),
        tuple(_people_labels(largest, on)),
        (
            ("la", "Local authority"),
            ("centre", f"England, {england.text}"),
            *((each.kind, each.words) for each in LIMITS),
        ),
        x_title="People aged 0 to 17",
    )


def _limits(centre: float, largest: int, on: Axes) -> Iterable[Segment]:
    """Both sides of each limit, as far as they lie within the plot."""
    xs = [largest * 1.03 * (n / _STEPS) ** 2 for n in range(1, _STEPS + 1)]  # closer where the curve is steep
    for each in LIMITS:
        for sign in (1, -1):
            curve = [(x, centre + sign * limit(centre, x, each.z)) for x in xs]
            yield from line([(x, y) for x, y in curve if 0 <= y <= on.y_to], on, each.kind)


def _people_labels(largest: int, on: Axes) -> Iterable[Label]:
    step = round_step(largest)
    for n in range(int(largest // step) + 1):
        yield Label(on.x(n * step), "bottom", f"{n * step:,}", "middle")
