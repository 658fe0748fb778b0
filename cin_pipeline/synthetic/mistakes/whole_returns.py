"""Mistakes in a return as a whole: its header, or what a system does to all its children."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from cin_pipeline.reference.code_sets import codes
from cin_pipeline.synthetic.mistakes.catalogue import runs
from cin_pipeline.synthetic.mistakes.facts import SEX_SINCE

_UNKNOWN_EVERY = 25  # children: 4%, where more than 2% is a query (rule 2886Q); invented
# Codes of Disability: five kinds and NONE, where fewer than eight codes in a return are a query (2887Q).
_KINDS_KEPT = ("NONE", "LD", "MOB", "COMM", "HEAR", "VIS")
_DISABILITIES = re.compile(r"((?:[ \t]*<Disability>[^<]*</Disability>\n)+)")
_DISABILITY = re.compile(r"[ \t]*<Disability>([^<]*)</Disability>\n")
_PRE_PROCEEDINGS = re.compile(r"[ \t]*<PreProceedingsandFGDM>.*?</PreProceedingsandFGDM>\n", re.DOTALL)
_PP_START = re.compile(r"[ \t]*<PPStartDate>[^<]*</PPStartDate>\n")


@dataclass(frozen=True)
class ReturnMistake:
    """A kind of mistake in a return as a whole: its rule, its item, what it may break besides, how it is made."""

    name: str
    kind: str
    field: str
    became: str  # in words, for the key
    also: tuple[str, ...]
    plant: Callable[[str, int], str]  # text and collection year to text


def _day_too_early(text: str, year: int) -> str:
    return text.replace(f"<ReferenceDate>{year}-03-31<", f"<ReferenceDate>{year}-03-30<", 1)


def _gender_unknown(text: str, year: int) -> str:
    """Every 25th child with a known one."""
    element, unknown = ("GenderCurrent", "0") if year < SEX_SINCE else ("Sex", "U")
    seen = -1

    def unknown_sometimes(found: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        return f"<{element}>{found[1] if seen % _UNKNOWN_EVERY else unknown}<"

    return re.sub(f"<{element}>([^<{unknown}]+)<", unknown_sometimes, text)


def _few_kinds(text: str, year: int) -> str:
    """Only some kinds are known, a learning disability stands for all others."""

    def reduced(found: re.Match[str]) -> str:
        lines = [match[0] for match in _DISABILITY.finditer(found[1]) if match[1] in _KINDS_KEPT]
        return "".join(lines) or _DISABILITY.sub(
            lambda line: line[0].replace(line[1], "LD"), found[1].split("\n")[0] + "\n"
        )

    return _DISABILITIES.sub(reduced, text)


def _first_only(text: str, year: int) -> str:
    """The first disability of each child."""
    return _DISABILITIES.sub(lambda found: found[1].split("\n")[0] + "\n", text)


def _no_pre_proceedings(text: str, year: int) -> str:
    return _PRE_PROCEEDINGS.sub("", text)


def _no_pre_proceedings_started(text: str, year: int) -> str:
    return _PP_START.sub("", text)


RETURN_MISTAKES = (
    ReturnMistake("reference_date_a_day_early", "100", "ReferenceDate", "a day early", (), _day_too_early),
    ReturnMistake("gender_often_unknown", "2886Q", "GenderCurrent", "unknown in 4% of children", (), _gender_unknown),
    ReturnMistake("few_kinds_of_disability", "2887Q", "Disability", "five kinds only", ("2888Q",), _few_kinds),
    ReturnMistake("first_disability_only", "2888Q", "Disability", "one for each child", ("2887Q",), _first_only),
    ReturnMistake(
        "no_pre_proceedings", "8995Q", "PreProceedingsandFGDM", "left out of every referral", (), _no_pre_proceedings
    ),
    ReturnMistake(
        "no_pre_proceedings_start", "9000Q", "PPStartDate", "left out everywhere", (), _no_pre_proceedings_started
    ),
)


@cache
def return_mistakes(year: int) -> tuple[ReturnMistake, ...]:
    """Those whose rule runs in a collection year."""
    return tuple(each for each in RETURN_MISTAKES if runs(each.kind, year))


if missing := set(_KINDS_KEPT) - set(codes("Disability", 2017)):
    raise ValueError(f"no codes of Disability: {', '.join(sorted(missing))}")
