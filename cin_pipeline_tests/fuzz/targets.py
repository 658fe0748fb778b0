"""What every mutant is given to, and what must hold: only the errors that are declared, refused if and only if it does
not fit the specification, no record and no value lost, no value of a child in a sentence."""

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.header import identify, identity_of, read_header
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.return_tables import cleaned_schemas
from cin_pipeline.store.national_inputs import InputFileError, given_in, inputs_of
from cin_pipeline.validation.checking import check
from cin_pipeline.validation.files import whose
from cin_pipeline.validation.inputs import RuleInput
from cin_pipeline.validation.reporting import About, report_page
from cin_pipeline_tests.fuzz.mutants import header_mutant, input_mutant, reader_mutant
from cin_pipeline_tests.fuzz.trees import PRIVATE
from cin_pipeline_tests.support.counting import fits, held, lost

WHOLE_PATH = 0.04  # the share of accepted mutants that go the whole way of `validate`
ROWS_FOR_AN_ELEMENT = 4
LONGEST_SENTENCE = 2_000
NOW = datetime(2017, 6, 1, tzinfo=UTC)


class Violation(AssertionError):
    """What must hold for every mutant does not hold for one."""


@dataclass(frozen=True)
class Target:
    """A target: its mutants by seed and number, and the verdict on one; raises Violation, or whatever escaped."""

    mutant: Callable[[int, int], bytes]
    verdict: Callable[[bytes], str]


def reader(data: bytes) -> str:
    """Reading, cleaning and now and then checking, of what the header says the file is."""
    try:
        year = whose(data).year
    except ReturnRejected as rejected:
        _check_sentence(rejected)
        try:
            read_return(data, 2017)
        except ReturnRejected as again:
            _check_sentence(again)
            return "refused"
        return "refused by its header"
    try:
        sent = read_return(data, year)
    except ReturnRejected as rejected:
        _check_sentence(rejected)
        if fits(data, year):
            raise Violation(f"refused, though it fits: {rejected}") from None
        return "refused by its structure"
    if fits(data, year) is False:
        raise Violation("accepted, though it does not fit")
    if sent.header != read_header(data):
        raise Violation("the header is not the same read alone")
    cleaned = clean_return(sent.tables, year)
    if missing := lost(data, year, cleaned):
        raise Violation("; ".join(missing))
    *_, elements = held(data)
    if sum(cleaned.tables.row_counts().values()) + len(cleaned.issues) > ROWS_FOR_AN_ELEMENT * elements:
        raise Violation("more rows and issues than elements account for")
    if random.Random(data).random() < WHOLE_PATH:  # noqa: S311 - no secret
        for name, schema in cleaned_schemas(year).items():
            schema.validate(cleaned.tables[name])
        seen = RuleInput(sent, cleaned, year)
        results = check(seen)
        if results.crashed:
            raise Violation(f"rules crashed: {', '.join(results.crashed)}")
        report_page(About("201.xml", len(data), NOW), seen, results)
    return "accepted"


def header(data: bytes) -> str:
    """The header alone."""
    try:
        identity = identify(data)
    except ReturnRejected as rejected:
        _check_sentence(rejected)
        return "refused"
    if identity_of(read_header(data)) != identity:
        raise Violation("the header read alone is another one's")
    return "identified"


def inputs(data: bytes) -> str:
    """A file of the user's, its name before it and a line end."""
    name, _, text = data.partition(b"\n")
    field = {"population": "people"}.get(name.decode(), name.decode())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(text)
        try:
            inputs_of(2017, given_in({field: path}, None, None))
        except InputFileError as error:
            said = str(error)
            if not said.startswith(str(path)) or not said.isprintable() or len(said) > LONGEST_SENTENCE:
                raise Violation(f"no plain sentence that names the file: {said[:200]!r}") from None
            return "refused"
    return "taken"


def _check_sentence(rejected: ReturnRejected) -> None:
    said = str(rejected)
    if PRIVATE in said or "\n" in said or not rejected.reason:
        raise Violation(f"no plain sentence: {said[:200]!r}")
    if rejected.line is not None and rejected.line < 1:
        raise Violation(f"line {rejected.line}")


def _named_input(seed: int, number: int) -> bytes:
    name, data = input_mutant(seed, number)
    return name.encode() + b"\n" + data


TARGETS = {
    "reader": Target(reader_mutant, reader),
    "header": Target(header_mutant, header),
    "inputs": Target(_named_input, inputs),
}
