"""A season of landings: which LA sends what on which day from 1 April to 31 July, with corrections.

Every LA has a pattern by its place in an order drawn from all authorities of the year, so that a whole England always
has the same number of each, and an LA's does not depend on which others are asked for.
"""

import csv
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from random import Random

from cin_pipeline.census.header import Identity
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.synthetic.filters import broken_bytes, drawn, identity_of, random_of, write_whole
from cin_pipeline.synthetic.key import STRUCTURE, Key
from cin_pipeline.synthetic.mistakes import plant

SEASON_FILE = "season.csv"

FIRST, CORRECTION, SAME_AGAIN, BROKEN = "first", "correction", "same again", "broken"
PREVIOUS_FIRST, PREVIOUS_CORRECTION = "previous year's", "correction of previous year's"
EARLIER_AGAIN = "an earlier one again"

# What an LA sends, as (what, version): C is the clean return, M and N have mistakes, X cannot be read.
# Weights, invented: how many of every twenty LAs send so. The clean return is always the last.
_PATTERNS: tuple[tuple[int, tuple[tuple[str, str], ...]], ...] = (
    (9, ((FIRST, "C"),)),
    (5, ((FIRST, "M"), (CORRECTION, "C"))),
    (2, ((FIRST, "N"), (CORRECTION, "M"), (CORRECTION, "C"))),
    (2, ((FIRST, "C"), (SAME_AGAIN, "C"))),
    (1, ((FIRST, "C"), (CORRECTION, "M"), (EARLIER_AGAIN, "C"))),
    (1, ((BROKEN, "X"), (FIRST, "C"))),
)
_PREVIOUS_CORRECTED_EVERY = 12  # LAs: one of these corrects the previous year's return; invented
_MORE_MISTAKES = 3  # times the rate, in a version N; invented

# Invented: from one LA to the next so many of the twenty patterns further. It has no factor in common with 20, so each
# is used as often as its weight says, and all come early in the order.
_PATTERN_STEP = 7

_OPENS, _CLOSES = (4, 1), (7, 31)  # month and day: invented, about the months in which returns are sent and corrected
_WEEKEND = 5  # Saturday, as `weekday` counts
_HOURS, _LAST_MINUTE = (8, 17), 59  # in which a file lands; invented


@dataclass(frozen=True, order=True)
class Landing:
    """A row of `season.csv`: a file that lands, its path in the folder of the season."""

    day: str
    time: str
    file: str
    la_code: str
    collection_year: int
    what: str


def season(paths: Iterable[Path], year: int, rate: float, seed: int, out: Path, key: Key) -> Iterator[Path]:
    """Moves returns without faults from `out` into folders by the day they land, with versions before and after.

    Yields the last landing of each return; `season.csv` is there at the end. `rate` is that of the mistakes in what is
    corrected later. Those of the previous year land before the season begins, on its first day."""
    order = drawn(sorted(authorities(year)), len(authorities(year)), seed, "season")
    landings: list[Landing] = []
    for path in paths:
        of = identity_of(path)
        place = order.index(of.la_code) if of.la_code in order else 0
        sent = _sent(of, place, year)
        random = random_of(seed, "season", of.la_code, of.year)
        for (what, version), (day, time) in zip(sent, _times(sent, year, random), strict=True):
            landing = Landing(day, time, f"{day}/{path.name}", of.la_code, of.year, what)
            _write(path, out / landing.file, version, of, rate, seed, key, landing)
            landings.append(landing)
        path.unlink()
        yield out / landing.file
    with (out / SEASON_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Landing))
        writer.writerows(astuple(landing) for landing in sorted(landings))


def _sent(of: Identity, place: int, year: int) -> tuple[tuple[str, str], ...]:
    if of.year != year:
        if place % _PREVIOUS_CORRECTED_EVERY:
            return ((PREVIOUS_FIRST, "C"),)
        return ((PREVIOUS_FIRST, "M"), (PREVIOUS_CORRECTION, "C"))
    patterns = [pattern for weight, pattern in _PATTERNS for _ in range(weight)]
    return patterns[place * _PATTERN_STEP % len(patterns)]


def _times(sent: tuple[tuple[str, str], ...], year: int, random: Random) -> list[tuple[str, str]]:
    """A different working day for each landing, in order; the first of the previous year on the first day."""
    opening = date(year, *_OPENS)
    days = [opening + timedelta(days=n) for n in range((date(year, *_CLOSES) - opening).days + 1)]
    open_days = [day for day in days if day.weekday() < _WEEKEND and day != opening]
    early = [(str(opening), "06:00")] if sent[0][0] == PREVIOUS_FIRST else []
    drawn_days = sorted(random.sample(open_days, len(sent) - len(early)))
    return early + [
        (str(day), f"{random.randint(*_HOURS):02}:{random.randint(0, _LAST_MINUTE):02}") for day in drawn_days
    ]


def _write(
    clean: Path, target: Path, version: str, of: Identity, rate: float, seed: int, key: Key, landing: Landing
) -> None:
    if version == "C":
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(clean, target)
    elif version == "X":
        write_whole(target, broken_bytes(clean.read_bytes(), of.year))
        key.whole_file(landing.file, of.la_code, of.year, STRUCTURE, "cut off in the middle")
    else:
        more = min(rate * (_MORE_MISTAKES if version == "N" else 1), 1.0)
        random = random_of(seed, "season", version, of.la_code, of.year)
        text, planted = plant(clean.read_bytes().decode(), of.year, more, random, at_least=1)
        write_whole(target, text.encode())
        key.planted(landing.file, of.la_code, of.year, planted)


def landings_of(folder: Path) -> list[Landing]:
    """The landings of a season in the order of time. Raises ValueError where `season.csv` is not one."""
    expected = [field.name for field in fields(Landing)]
    with (folder / SEASON_FILE).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != expected:
            raise ValueError(f"{folder / SEASON_FILE}: the columns {', '.join(expected)} were expected")
        return sorted(
            Landing(row["day"], row["time"], row["file"], row["la_code"], int(row["collection_year"]), row["what"])
            for row in rows
        )


def replay(folder: Path, inbox: Path, after: str = "", until: str = "9999-12-31") -> Iterator[Path]:
    """Copies the landings after a day and until another (YYYY-MM-DD) into an inbox, in the order of time.

    A file is named after the time it lands, then as it was sent, and appears in the inbox whole. Yields each."""
    inbox.mkdir(parents=True, exist_ok=True)
    for landing in landings_of(folder):
        if after < landing.day <= until:
            name = f"{landing.day}T{landing.time.replace(':', '')}_{Path(landing.file).name}"
            write_whole(inbox / name, (folder / landing.file).read_bytes())
            yield inbox / name
