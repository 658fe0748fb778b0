"""All checks, asked of files."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping

from cin_pipeline.publication.screening import (
    columns,
    filters,
    geography,
    harmonised,
    indicators,
    meta,
    ours,
    places,
    times,
)
from cin_pipeline.publication.screening.checks import Check, File, Finding, Verdict
from cin_pipeline.publication.screening.filenames import screen_names
from cin_pipeline.publication.screening.ours import EXEMPTIONS, EXEMPTIONS_OF_ITS_FORM
from cin_pipeline.publication.screening.pair import Pair, Unreadable, read_table

ROOMS = (columns, meta, times, filters, geography, places, indicators, harmonised, ours)  # in the order of the service
CHECKS = tuple(each for room in ROOMS for each in vars(room).values() if isinstance(each, Check))


def screen_files(files: Mapping[str, bytes], *, in_its_form: bool = False) -> list[str]:
    """What stops the open-data files of a release, by file name, as sentences; empty when nothing does.

    That is what the service would turn away or advise against, and what we ask for beyond, save what is exempt, of
    files in our own form or in that of the Department's."""
    exempt = EXEMPTIONS_OF_ITS_FORM if in_its_form else EXEMPTIONS
    return [str(finding) for finding in findings_of(files) if not any(each.covers(finding) for each in exempt)]


def findings_of(files: Mapping[str, bytes]) -> list[Finding]:
    """Everything that any check finds in files, of names first, then pair by pair."""
    found = list(screen_names(files))
    for name in files:
        partner = f"{name.removesuffix(File.DATA)}{File.META}"
        if not name.endswith(File.META) and partner in files:
            found += _findings_of_two(name.removesuffix(File.DATA), files[name], files[partner])
    return found


def findings_of_pair(pair: Pair) -> list[Finding]:
    """Everything that any check finds in a pair; of one without the columns it needs, only that."""
    first = [finding for check in CHECKS if check.first for finding in check.findings(pair)]
    return first or [finding for check in CHECKS if not check.first for finding in check.findings(pair)]


def _findings_of_two(name: str, data: bytes, meta: bytes) -> Iterator[Finding]:
    tables = []
    for file, content in ((File.DATA, data), (File.META, meta)):
        if content.startswith(BOM_UTF8):
            yield Finding(f"{name}{file}", "no_byte_order_mark", "", "it starts with a byte order mark", Verdict.OURS)
        try:
            tables.append(read_table(content))
        except Unreadable as why:
            yield Finding(f"{name}{file}", "readable", "", str(why), Verdict.REFUSED)
    if len(tables) == 2:
        yield from findings_of_pair(Pair(name, *tables))
