"""Every number that the synthetic returns are made with has a name, and words beside it on where it comes from."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cin_pipeline.synthetic

PACKAGE = Path(cin_pipeline.synthetic.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# What says nothing: positions, one more or less, none and all; tenths and percent.
PLAIN = {0, 1, 2, 10, 100}
# What a comment beside a number says of its source: that it is made up, or which table, rule, law or guide it is of; or
# that there is no choice about it, as it only says how something is counted, sorted or written.
SOURCE = re.compile(
    r"\binvented\b|\bpublished\b|\btables?\b|\brules?\b|\blaw\b|\bstatutory\b|\bguide\b|\bguidance\b|\bmethodology\b|"
    r"\bcounts?\b|\bsorts\b|\bdigits?\b|\bcharacters\b|\bpositions?\b",
    re.IGNORECASE,
)


def numbers_in(node: ast.AST) -> Iterator[ast.Constant]:
    """The numbers in some code that say something. Those of a `date` do not, for a date is its own name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "date":
        return
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value not in PLAIN:
        yield node
    for below in ast.iter_child_nodes(node):
        yield from numbers_in(below)


def bare_numbers(source: str) -> list[str]:
    """Line and value of the numbers within functions."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    bodies = [body for each in functions for body in (each.body if isinstance(each.body, list) else [each.body])]
    return sorted({f"line {number.lineno}: {number.value}" for body in bodies for number in numbers_in(body)})


def is_enumeration(node: ast.Assign | ast.AnnAssign) -> bool:
    """Whether names are given to the numbers from 0 on: `A, B, C = range(3)`."""
    call = node.value
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"


def unexplained_numbers(source: str) -> list[str]:
    """Names of module-level numbers without words on their source: in the same paragraph, or on a line of theirs."""
    lines = source.splitlines()
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and not is_enumeration(node) and any(numbers_in(node)):
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            while first and lines[first - 1].strip():
                first -= 1
            while last < len(lines) and lines[last].strip():
                last += 1
            comments = " ".join(line.partition("#")[2] for line in lines[first:last])
            if not SOURCE.search(comments):
                found.append(lines[node.lineno - 1])
    return found


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ("def f(x):\n    return x * 1.42 + 3\n", ["line 2: 1.42", "line 2: 3"]),
        ("f = lambda upn: upn[:12]\n", ["line 1: 12"]),
        ("DAYS = 45  # statutory\n\ndef f(x):\n    return x[0] - DAYS // 2\n", []),
        ("def f(year):\n    return date(year, 3, 31)\n", []),
    ],
)
def test_bare_numbers_are_seen(source: str, bare: list[str]) -> None:
    assert bare_numbers(source) == bare


@pytest.mark.parametrize(
    ("source", "unexplained"),
    [
        ("A = 0.3\n", ["A = 0.3"]),
        ("A = 0.3  # share of plans\n", ["A = 0.3  # share of plans"]),
        ("A = 0.3  # share of plans; invented\n", []),
        ("# Published (table C4).\nA = 3\nB = 4\n\nC = 5\n", ["C = 5"]),
        ("A = 2\n", []),
        ("A, B, C = range(3)\n", []),
    ],
)
def test_unexplained_numbers_are_seen(source: str, unexplained: list[str]) -> None:
    assert unexplained_numbers(source) == unexplained


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_number_has_a_name_and_a_source(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert bare_numbers(source) == []
    assert unexplained_numbers(source) == []
