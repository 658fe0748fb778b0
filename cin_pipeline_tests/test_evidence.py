"""The evidence is in the repository: every interpretation that is cited has an entry, and every entry names what holds
it; the definitions name every measure, breakdown and band."""

import io
import re
import tokenize
from collections import defaultdict
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

from cin_pipeline.methodology.calendar import ASSESSMENT_BANDS, DURATION_BANDS, WAIT_BANDS
from cin_pipeline.methodology.children import AGE_BANDS
from cin_pipeline.methodology.estimates import ESTIMATE_COLUMNS
from cin_pipeline.methodology.interpretations import CASES
from cin_pipeline.methodology.measures import CATALOGUE, MEASURE_COLUMNS
from cin_pipeline.outputs.run_files import ISSUE_COLUMNS
from cin_pipeline_tests.test_contracts import ROOT

PAGE = ROOT / "docs" / "interpretations.md"
PARTS = ("Question.", "Options.", "Evidence.", "Decision.", "Not built yet.", "Held by", "Counted by")
OPTIONAL = {"Not built yet.", "Counted by"}
NOTHING = "nothing: "
NOT_BUILT = f"{NOTHING}not built."

HEADING = re.compile(r"^### A(\d+) (\S.*)$", re.MULTILINE)
PART = re.compile(rf"^- \*\*({'|'.join(re.escape(part) for part in PARTS)})\*\* (\S.*)$")
RANGE = re.compile(r"\bA(\d{1,3})\b(?:(?:-| to )A(\d{1,3})\b)?")
# [A12], [s4 a; A1, A11], [A51-A57]: brackets that hold nothing but sections and numbers.
PIECE = r"(?:s\d(?: [a-z])?|[a-z]|A\d+(?:-A\d+)?)"
CITATION = re.compile(rf"\[{PIECE}(?:[;,]\s+{PIECE})*\]")


class Entry(NamedTuple):
    """One interpretation of the page: its number, and what stands under each part."""

    number: int
    parts: dict[str, str]

    @property
    def held_by(self) -> list[str]:
        return re.findall(r"`([\w.]+)`", self.parts["Held by"])

    @property
    def counted_by(self) -> list[str]:
        return re.findall(r"`([\w.]+)`", self.parts.get("Counted by", ""))


def entries_of(page: str) -> list[Entry]:
    """The entries of a page; every line between two headings is one of their parts, in order, or a title."""
    found = []
    headings = list(HEADING.finditer(page))
    ends = [heading.start() for heading in headings[1:]] + [len(page)]
    for heading, end in zip(headings, ends, strict=True):
        lines = [line for line in page[heading.end() : end].splitlines() if line and not line.startswith("## ")]
        parts = [PART.match(line) for line in lines]
        assert all(parts), (heading[0], [line for line, part in zip(lines, parts, strict=True) if not part])
        named = {part[1]: part[2] for part in parts if part}
        assert list(named) == [part for part in PARTS if part in named], heading[0]
        assert len(named) == len(lines), heading[0]
        assert set(PARTS) - OPTIONAL <= set(named), heading[0]
        found.append(Entry(int(heading[1]), named))
    return found


def resolved(path: str) -> object:
    """What a path names, of the tests or from inside the package. Raises where there is no such thing."""
    names = (path if path.startswith("cin_pipeline_tests.") else f"cin_pipeline.{path}").split(".")
    length = max(n for n in range(1, len(names)) if _is_module(names[:n]))
    found: object = import_module(".".join(names[:length]))
    for name in names[length:]:
        found = getattr(found, name)
    return found


def _is_module(names: list[str]) -> bool:
    try:
        return find_spec(".".join(names)) is not None
    except ModuleNotFoundError:  # below something that is no package
        return False


def cited_in(path: Path) -> set[int]:
    """Numbers cited in a file, ranges in full: in pages wherever they stand, in code in brackets and as cases."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".md":
        text = " ".join((*CITATION.findall(text), *re.findall(r'\bcase\(\s*"(A\d+)"', text)))
    return numbers_in(text)


def numbers_in(text: str) -> set[int]:
    found: set[int] = set()
    for first, last in RANGE.findall(text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def quotes_in(code: str) -> list[str]:
    """What the comments of a module quote, in pieces where something is left out."""
    comments: list[str] = []
    before = (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type != tokenize.COMMENT:
            continue
        text = token.string.lstrip("# ")
        if token.start == (before[0] + 1, before[1]):  # the comment goes on
            comments[-1] += f" {text}"
        else:
            comments.append(text)
        before = token.start
    quotes = (quote for comment in comments for quote in re.findall(r'"([^"]+)"', comment))
    return [piece.strip() for quote in quotes for piece in quote.split("[...]")]


# Line breaks and citations aside.
DEFINITIONS = re.sub(r"\s*\[A[^\]]*\]", "", (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8"))
DEFINITIONS = " ".join(DEFINITIONS.split())
FILES_WRITTEN = DEFINITIONS[DEFINITIONS.index("## 9. Files") :]
ENTRIES = entries_of(PAGE.read_text(encoding="utf-8"))
FILES = sorted(
    path
    for folder in ("cin_pipeline", "cin_pipeline_tests", "benchmarks", "docs")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".md", ".html") and path != PAGE
) + [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]


def test_numbers_run_from_1_without_gap_or_duplicate() -> None:
    assert [entry.number for entry in ENTRIES] == list(range(1, len(ENTRIES) + 1))
    assert len(ENTRIES) >= 63


def test_every_number_that_is_cited_has_an_entry() -> None:
    cited = {path: cited_in(path) for path in FILES}
    there = {entry.number for entry in ENTRIES}
    assert {str(path): numbers - there for path, numbers in cited.items() if numbers - there} == {}
    assert set().union(*cited.values()) >= set(range(1, 64))


def test_ranges_and_lists_are_read_in_full() -> None:
    assert numbers_in("[s4 a; A1, A3-A5], A42 to A44") == {1, 3, 4, 5, 42, 43, 44}
    assert CITATION.findall('[s4; A12-A17] [s4 a, b;\n    A1] ["A1"] [A1!B2] [x, A7 and more]') == [
        "[s4; A12-A17]",
        "[s4 a, b;\n    A1]",
    ]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"A{entry.number}")
def test_an_entry_names_what_holds_it_or_says_why_nothing_does(entry: Entry) -> None:
    said = entry.parts["Held by"]
    if said.startswith(NOTHING):
        assert not entry.held_by
        assert len(said) > len(NOTHING)
        assert (said == NOT_BUILT) <= ("Not built yet." in entry.parts)
        return
    assert entry.held_by
    for path in entry.held_by:
        assert resolved(path) is not None
    tests = [path for path in entry.held_by if path.startswith("cin_pipeline_tests.")]
    assert all(path.rsplit(".", 1)[1].startswith("test_") and callable(resolved(path)) for path in tests)


def test_a_name_that_does_not_exist_would_be_noticed() -> None:
    for wrong in (
        "methodology.referrals.taken",
        "methodology.nothing.received",
        "cin_pipeline_tests.support.oracle.test_no",
    ):
        with pytest.raises(AttributeError):
            resolved(wrong)


def test_what_is_counted_for_the_quality_report_is_named_with_its_interpretation() -> None:
    declared = defaultdict(set)
    for case in CASES:
        path = f"{case.count.__module__}.{case.count.__qualname__}".removeprefix("cin_pipeline.")
        declared[case.number].add(path)
    assert {entry.number: set(entry.counted_by) for entry in ENTRIES if entry.counted_by} == declared


def test_what_the_independent_calculation_quotes_stands_in_the_definitions() -> None:
    quotes = quotes_in((ROOT / "cin_pipeline_tests" / "support/oracle.py").read_text(encoding="utf-8"))
    assert len(quotes) > 60
    assert [quote for quote in quotes if quote not in DEFINITIONS] == []


def test_the_definitions_name_every_measure_breakdown_and_band() -> None:
    for measure in CATALOGUE:
        names = {measure.name, *measure.breakdowns}
        assert {name for name in names if f"`{name}`" not in DEFINITIONS} == set()
    for band in (*DURATION_BANDS, *ASSESSMENT_BANDS, *WAIT_BANDS, *AGE_BANDS):
        assert f"`{band}`" in DEFINITIONS
    for column in (*MEASURE_COLUMNS, *ESTIMATE_COLUMNS, *ISSUE_COLUMNS):
        assert column in FILES_WRITTEN
