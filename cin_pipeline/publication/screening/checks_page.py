"""The page that lists every check: python -m cin_pipeline.publication.screening.checks_page writes it."""

from collections.abc import Iterator
from pathlib import Path

from cin_pipeline.publication.screening.checks import Check, Verdict
from cin_pipeline.publication.screening.filenames import NAME_CHECKS, NameCheck
from cin_pipeline.publication.screening.ours import EXEMPTIONS, EXEMPTIONS_OF_ITS_FORM, Exemption
from cin_pipeline.publication.screening.running import CHECKS
from cin_pipeline.publication.screening.service import NOT_APPLICABLE, STAGES

PAGE = Path("docs", "screening.md")

_HEAD = """# Screening of the open data

<!-- written by: make docs -->

`publication/screening` holds our own implementation of the checks that the Department's publishing service makes on a
pair of open-data files. It stops a release where the service would turn a file away or advise against it, and where we
ask for more; what is exempt stands below. Its words (columns, levels, units, symbols) are its own: nothing that writes
the files is imported, so that a wrong word in one of them shows. Only the LAs come from the list both use.

Every check that is done has a pair that breaks it alone, and one that nearly does: a case of `test_a_check` in
`cin_pipeline_tests/publication/test_screening.py`, named as the check (names of files: `test_a_name`).
"""
_SERVICE = """
## The checks of the service

*refuses*: the service turns the files away; *advises*: it takes them and says so.

| check | verdict | what it asks for, or why it is not applicable | function |
|---|---|---|---|
"""
_OURS = """
## What we ask for beyond

The service takes files that break these. Files that cannot be read as tables (not UTF-8, no rows, a row with more or
fewer cells than the header) or start with a byte order mark are stopped too (`readable`, `no_byte_order_mark`).

| check | what it asks for | function |
|---|---|---|
"""
_EXEMPT = """
## Exempt

What does not stop a release, though a check finds it: first of one in our own form (profile `tidy`), then of one in the
form of the Department's files.

"""
_EXEMPT_ROWS = """| check | columns | files | why |
|---|---|---|---|
"""


def screening_page() -> str:
    """The page, made from what the checks are declared with."""
    exempt = (*_exempt(EXEMPTIONS), "\n", *_exempt(EXEMPTIONS_OF_ITS_FORM))
    return "".join((_HEAD, _SERVICE, *_service(), _OURS, *_ours(), _EXEMPT, *exempt))


def made(name: str) -> list[Check | NameCheck]:
    """The checks declared with a name of the service, or of ours."""
    of_names = [check for check in NAME_CHECKS if check.name == name]
    return [*of_names, *(check for check in CHECKS if name in check.names)]


def _service() -> Iterator[str]:
    for stage, names in STAGES.items():
        yield f"| **{stage}** | | | |\n"
        for name in names:
            if name in NOT_APPLICABLE:
                yield f"| `{name}` | not applicable | {NOT_APPLICABLE[name]} | |\n"
            else:
                checks = made(name)
                verbs = dict.fromkeys("advises" if check.verdict == Verdict.ADVISED else "refuses" for check in checks)
                meaning = " ".join(check.meaning for check in checks)
                yield f"| `{name}` | done; {', '.join(verbs)} | {meaning} | {', '.join(map(_place, checks))} |\n"


def _ours() -> Iterator[str]:
    checks: list[Check | NameCheck] = [*NAME_CHECKS, *CHECKS]
    for check in checks:
        if check.verdict == Verdict.OURS:
            yield f"| `{check.find.__name__}` | {check.meaning} | {_place(check)} |\n"


def _exempt(exemptions: tuple[Exemption, ...]) -> Iterator[str]:
    yield _EXEMPT_ROWS
    for check, columns, why, file in exemptions:
        names = ", ".join(f"`{name}`" for name in columns) or "all"
        yield f"| `{check}` | {names} | {f'`{file}`...' if file else 'all'} | {why} |\n"


def _place(check: Check | NameCheck) -> str:
    return f"`{check.find.__module__.rpartition('.')[2]}.{check.find.__name__}`"


if __name__ == "__main__":
    PAGE.write_text(screening_page(), encoding="utf-8")
