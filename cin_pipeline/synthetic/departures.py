"""A synthetic England with all its departures: which LAs they concern, and in which order they are made."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cin_pipeline.census.header import Identity
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.synthetic.filters import broken, drawn, with_mistakes, without
from cin_pipeline.synthetic.key import Key, key_path, left_out_path
from cin_pipeline.synthetic.season import season

SEASON_MISTAKES = 0.02  # invented: the rate of mistakes in what is corrected later, unless another is given


@dataclass(frozen=True)
class Departures:
    """Which of them: the rate of mistakes (0: none), how many LAs to leave out and to break, whether as a season.

    Raises ValueError for what cannot be."""

    mistakes: float = 0.0
    missing: int = 0
    broken: int = 0
    resubmissions: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.mistakes <= 1:
            raise ValueError(f"the rate of mistakes is {self.mistakes}; a number above 0 and up to 1 was expected")
        if self.broken and self.resubmissions:
            raise ValueError("broken returns and resubmissions do not go together: a season has broken files itself")


def departing(
    paths: Iterable[Path],
    year: int,
    seed: int,
    out: Path,
    departures: Departures,
    la_codes: Sequence[str] | None = None,
) -> Iterator[Path]:
    """The files of returns without faults in `out` (those of `year` and the year before of all LAs or of some), passed
    on as they depart from it. Writes the key and what is left out beside `out`.

    Raises ValueError, before a file is touched, where more LAs are to be left out or broken than there are."""
    existing = sorted(authorities(year)) if la_codes is None else sorted(authorities(year).keys() & set(la_codes))
    if departures.missing + departures.broken >= max(len(existing), 1) and departures.missing + departures.broken:
        raise ValueError(
            f"{departures.missing} returns of {year - 1} to {year} are to be left out and {departures.broken} broken, "
            f"of {len(existing)}; at least one whole one was expected to be left"
        )
    left_out = drawn(existing, departures.missing, seed, "missing")
    sending = [la for la in existing if la not in left_out]
    bad = drawn(sending, departures.broken, seed, "broken")
    return _departing(paths, year, seed, out, departures, left_out, bad)


def _departing(
    paths: Iterable[Path],
    year: int,
    seed: int,
    out: Path,
    departures: Departures,
    left_out: Sequence[str],
    bad: Sequence[str],
) -> Iterator[Path]:
    key = Key(key_path(out))
    kept = without(paths, left_out, year, left_out_path(out), key)
    if departures == Departures():
        yield from kept
        key.path.unlink()  # nothing to say
        return
    if departures.resubmissions:
        yield from season(kept, year, departures.mistakes or SEASON_MISTAKES, seed, out, key)
        return
    if departures.mistakes:
        kept = with_mistakes(kept, departures.mistakes, seed, key, [Identity(la, year) for la in bad])
    yield from broken(kept, bad, year, key)
