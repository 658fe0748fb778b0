"""The names of the files of a release, and whether each can be read."""

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from cin_pipeline.publication.screening.checks import File, Finding, Verdict

LONGEST_NAME = 65  # the longest of the Department's own has 63 characters

_YEAR = re.compile(r"(?<![0-9])(19|20)[0-9]{2}(?![0-9])")

_Find = Callable[[str, Collection[str]], str]


class NameCheck(NamedTuple):
    """A check of the name of a file among those of all: what is wrong with it, or nothing."""

    name: str
    find: _Find
    verdict: Verdict

    @property
    def meaning(self) -> str:
        """What it asks for, in a sentence."""
        return self.find.__doc__ or ""


def screen_names(names: Collection[str]) -> Iterator[Finding]:
    """What is wrong with names of files."""
    for name in names:
        for check in NAME_CHECKS:
            if text := check.find(name, names):
                yield Finding(name, check.name, "", text, check.verdict)


def _name_check(name: str) -> Callable[[_Find], NameCheck]:
    return lambda find: NameCheck(name, find, Verdict.REFUSED)


def _our_name_check(find: _Find) -> NameCheck:
    return NameCheck(find.__name__, find, Verdict.OURS)


def _stem(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(File.DATA).removesuffix(".meta")


@_name_check("check_filename_spaces")
def no_blanks(name: str, names: Collection[str]) -> str:
    """No blank in the name of a file."""
    return "the name has a blank" if " " in name else ""


@_name_check("check_filename_special")
def no_other_signs(name: str, names: Collection[str]) -> str:
    """Names of files have letters, digits, hyphens and underscores only."""
    others = dict.fromkeys(re.findall(r"[^A-Za-z0-9_\- ]", _stem(name)))
    return f"the name has {' '.join(others)}" if others else ""


@_name_check("check_filenames_match")
def both_files(name: str, names: Collection[str]) -> str:
    """NAME.csv and NAME.meta.csv are there together."""
    of_meta = name.endswith(File.META)
    partner = f"{name.removesuffix(File.META)}{File.DATA}" if of_meta else f"{name.removesuffix(File.DATA)}{File.META}"
    return "" if partner in names else f"{partner} is missing"


@_name_check("check_zip_flat_structure")
def side_by_side(name: str, names: Collection[str]) -> str:
    """Files stand side by side, none in a folder."""
    folder = name.rpartition("/")[0]
    return f"it stands in the folder {folder!r}" if folder else ""


@_our_name_check
def lower_case_name(name: str, names: Collection[str]) -> str:
    """Names of files are in lower case, start with a letter and end in .csv."""
    stem = _stem(name)
    good = name.endswith(File.DATA) and stem == stem.lower() and stem[:1].isalpha()
    return "" if good else "a lower-case name was expected that starts with a letter and ends in .csv"


@_our_name_check
def no_year_in_name(name: str, names: Collection[str]) -> str:
    """No year in the name of a file."""
    year = _YEAR.search(_stem(name))
    return f"the name holds a year, {year[0]}" if year else ""


@_our_name_check
def short_name(name: str, names: Collection[str]) -> str:
    """Names of files have 65 characters at most."""
    return f"the name is longer than {LONGEST_NAME} characters" if len(_stem(name)) > LONGEST_NAME else ""


NAME_CHECKS = tuple(each for each in vars().values() if isinstance(each, NameCheck))
