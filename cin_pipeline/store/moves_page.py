"""The states of a submission, and for what one is held, as a part of docs/operations.md:
`python -m cin_pipeline.store.moves_page` writes it anew.

A test compares the page with the moves, so it cannot fall behind them.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from cin_pipeline.census.hold_reasons import HOLD_REASONS
from cin_pipeline.store.moves import MEANINGS, MOVES, Move, Mover

PAGE = Path("docs", "operations.md")

_BEGIN = "<!-- Written by `python -m cin_pipeline.store.moves_page`; edit store/moves.py, not this part. -->"
_END = "<!-- End of the written part. -->"


def with_moves(page: str) -> str:
    """The page with its part about the states written anew. Raises ValueError where it has no such part."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{PAGE} has no part between {_BEGIN} and {_END}")
    return before + "\n".join((_BEGIN, "", *_table(), "", *_diagram(), "", *_reasons(), "", _END)) + after


def _table() -> Iterator[str]:
    yield "| state | what it means | what comes next |"
    yield "|---|---|---|"
    for state, meaning in MEANINGS.items():
        onward = sorted(
            (move for move in MOVES if move.fits(state)), key=lambda move: list(MEANINGS).index(move.target)
        )
        following = [
            f"`{target}`: by {'; by '.join(f'{move.by} {move.when}' for move in moves)}"
            for target, moves in groupby(onward, key=lambda move: move.target)
        ]
        yield f"| `{state}` | {meaning} | {'<br>'.join(following)} |"


def _diagram() -> Iterator[str]:
    """Each arrow once, with the names of its moves: what a person does in capitals."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in MOVES:
        for origin in move.origins or ("[*]",):
            arrows.setdefault((origin, move.target), []).append(_name(move))
    for (origin, target), names in arrows.items():
        yield f"    {origin} --> {target}: {', '.join(names)}"
    yield "```"


def _reasons() -> Iterator[str]:
    yield "| in `CIN_HOLD_OFF` | a return is held where |"
    yield "|---|---|"
    for reason in HOLD_REASONS:
        yield f"| `{reason.name}` | {reason.when} |"


def _name(move: Move) -> str:
    return move.name.upper() if move.by is Mover.PERSON else move.name


if __name__ == "__main__":
    PAGE.write_text(with_moves(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
