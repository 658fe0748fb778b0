"""What a file may hold at most, by what can be counted in it: the one place that says so.

They keep the memory and the time that a file costs in proportion to its size. No return of the census comes near one:
the largest real one has about 25,000 children and 150,000 records, and a file of CIN_MAX_RETURN_BYTES some 100,000
children and 700,000 records.
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
    namespace: int = 1_000  # characters of the name of one, which the parser repeats with each element in it
    children: int = 200_000
    records: int = 450_000  # of all tables, in however small a file
    bytes_of_a_record: int = 150  # of the file, for each record beyond that

    def records_in(self, size: int) -> int:
        """How many records a file of so many bytes may hold."""
        return self.records + size // self.bytes_of_a_record


BOUNDS = Bounds()

_WORDS = {
    "depth": "elements lie more than {most:,} deep in each other",
    "text": "a value, or the text between two elements, has more than {most:,} characters",
    "tag": "a tag, comment or processing instruction has more than {most:,} bytes",
    "names": "more than {most:,} different names of elements, attributes or namespaces are used",
    "namespace": "the name of a namespace has more than {most:,} characters",
    "children": "the return holds more than {most:,} children",
    "records": "the return holds more than {most:,} records, which is the most for a file of its size",
}


def beyond(bound: str, most: int, line: int | None = None) -> ReturnRejected:
    """The rejection of a file that met a bound: its field, and the number that was met."""
    return ReturnRejected(f"{_WORDS[bound].format(most=most)}, and no more are taken", line=line)
