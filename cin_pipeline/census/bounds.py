"""What a file may hold at most, by what can be counted in it: the one place that says so.

They keep the memory and the time that a file costs in proportion to its size. No return of the census comes near one:
the largest real one has about 25,000 children, and a file of CIN_MAX_RETURN_BYTES some 100,000.
"""

from dataclasses import dataclass

from cin_pipeline.census.errors import ReturnRejected


@dataclass(frozen=True)
class Bounds:
    """The largest numbers that are taken."""

    depth: int = 256  # elements inside each other; a return has 7
    text: int = 1_000_000  # characters in a row between two tags, in a value or between elements
    tag: int = 1_048_576  # bytes of one tag, comment or processing instruction
    names: int = 10_000  # different names of elements, of attributes, of namespaces
    children: int = 250_000  # records of a return's children
    records: int = 3_000_000  # records of any other kind in a return
    records_of_child: int = 20_000  # records of one kind in one child


BOUNDS = Bounds()

_WORDS = {
    "depth": "elements lie more than {} deep in each other",
    "text": "a value, or the text between two elements, has more than {} characters",
    "tag": "a tag, comment or processing instruction has more than {} bytes",
    "names": "more than {} different names of elements, attributes or namespaces are used",
    "children": "the return holds more than {} children",
    "records": "the return holds more than {} elements {element}",
    "records_of_child": "a child holds more than {} elements {element}",
}


def beyond(bound: str, line: int | None = None, element: str = "") -> ReturnRejected:
    """The rejection of a file that met a bound, named by its field."""
    most = f"{getattr(BOUNDS, bound):,}"
    return ReturnRejected(f"{_WORDS[bound].format(most, element=element)}, and so many are not taken", line=line)
