"""A document as pieces of some thousand tags each, in flat arrays: what a return is read from, without a tree.

A piece ends with an end tag, so a value and its tags are always in one piece. Another source of the same pieces may
stand in for the parser where it proves as much.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cin_pipeline.census.bounds import BOUNDS, beyond
from cin_pipeline.census.structure import Structure, Tags
from cin_pipeline.census.xml import attributes_at_fault, fed, name_parts, new_parser


@dataclass(frozen=True)
class Piece:
    """Some tags in the order of the document, and the texts between them."""

    tags: Tags  # as `Structure` numbers them, not yet placed
    lines: NDArray[np.int64]  # of each start tag; 0 of an end tag
    at: NDArray[np.int64]  # of each text, the tag it stands before; each tag once, ascending
    texts: list[str]
    attributes_fit: bool = True  # no attribute is in a namespace


class _Names(dict[str, int]):
    """The start tag of each element by its name as the parser gives it."""

    def __init__(self, structure: Structure, namespace: str) -> None:
        super().__init__()
        self._structure, self._namespace = structure, namespace

    def __missing__(self, name: str) -> int:
        if len(self) >= BOUNDS.names:
            raise beyond("names", BOUNDS.names)
        namespace, local = name_parts(name)
        unknown = self._structure.unknown
        tag = self[name] = self._structure.starts.get(local, unknown) if namespace == self._namespace else unknown
        return tag


def pieces(document: memoryview, structure: Structure, namespace: str) -> Iterator[Piece]:
    """The pieces of a document whose elements are to be in a namespace (empty: in none).

    Raises ReturnRejected where it is not well-formed XML, or met a bound."""
    parser = new_parser()
    starts = _Names(structure, namespace)
    tags: list[int] = []
    lines: list[int] = []  # of start tags alone
    texts: list[str] = []  # added by the parser itself: a call for each would cost more than all else
    before: list[int] = []  # for each tag, how many texts there were before it
    faulty: list[str] = []
    attribute_names: set[str] = set()

    def start(name: str, attributes: list[str]) -> None:
        before.append(len(texts))
        tags.append(starts[name])
        lines.append(parser.CurrentLineNumber)
        if attributes:
            attribute_names.update(attributes[::2])
            if len(attribute_names) > BOUNDS.names:
                raise beyond("names", BOUNDS.names, lines[-1])
            if attributes_at_fault(attributes):
                faulty.append(name)

    def end(name: str) -> None:
        before.append(len(texts))
        tags.append(starts[name] + 1)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, texts.append
    depth = 0
    for _ in fed(parser, document):
        found = np.array(tags, dtype=np.int16)
        is_start = (found & 1) == 0
        ends = np.flatnonzero(~is_start)
        upto = int(ends[-1]) + 1 if len(ends) else 0
        deep = depth + np.cumsum(np.where(is_start, 1, -1))
        line_of = np.zeros(len(found), dtype=np.int64)
        line_of[is_start] = lines
        if len(deep) and deep.max() > BOUNDS.depth:
            raise beyond("depth", BOUNDS.depth, int(line_of[np.argmax(deep > BOUNDS.depth)]))
        at, joined = _joined(np.repeat(np.arange(len(found) + 1), np.diff([0, *before, len(texts)])), texts)
        kept = int(np.searchsorted(at, upto))
        if upto:
            depth = int(deep[upto - 1])
            yield Piece(found[:upto], line_of[:upto], at[:kept], joined[:kept], not faulty)
            faulty.clear()
        # What begins after the last end tag is not over yet.
        texts[:] = joined[kept:]
        before[:] = np.searchsorted(at[kept:], np.arange(upto, len(found)), side="right").tolist()
        del tags[:upto], lines[: int(is_start[:upto].sum())]


def _joined(at: NDArray[np.int64], texts: list[str]) -> tuple[NDArray[np.int64], list[str]]:
    """Each text once, where the parser gave it in parts: any that is long, and one that goes on in the next piece."""
    goes_on = at[1:] == at[:-1]
    if not goes_on.any():
        return at, texts
    begins = np.flatnonzero(np.concatenate([[True], ~goes_on]))
    ends = [*begins[1:].tolist(), len(texts)]
    joined = ["".join(texts[begin:end]) for begin, end in zip(begins.tolist(), ends, strict=True)]
    if max(map(len, joined)) > BOUNDS.text:
        raise beyond("text", BOUNDS.text)
    return at[begins], joined
