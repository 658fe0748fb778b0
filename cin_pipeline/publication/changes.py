"""What changed from one release to another: every published cell, files, and what they were made with."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pandas import DataFrame

from cin_pipeline.publication.manifest import MANIFEST, digest
from cin_pipeline.publication.open_data import FILTER, INDICATOR
from cin_pipeline.publication.profiles import TIDY

CHANGE_COLUMNS = ("table", "year", "geography_code", "place", "category", "indicator", "old", "new")
SETTING_COLUMNS = ("setting", "old", "new")
OPEN_DATA = "open-data/"
_META = ".meta.csv"
_YEARS = re.compile(r"_[0-9]{4}(_to_[0-9]{4})?$")

_Key = tuple[str, str, str, str, str]  # year, code, place, category, indicator


class NoRelease(ValueError):
    """A folder that cannot be compared as a release; the message says why."""


@dataclass(frozen=True)
class Changes:
    """What differs between two releases.

    `cells`: columns CHANGE_COLUMNS, a row per published cell that is not the same text in both; empty where one of them
    has no such cell. `added`, `removed`, `changed`: paths of files. `settings`: columns SETTING_COLUMNS, a row for each
    entry of the manifests that differs, files apart."""

    cells: DataFrame
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    settings: DataFrame

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(len(self.cells) or self.added or self.removed or self.changed or len(self.settings))


def compare_releases(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Changes:
    """Compares the files of two releases, by path; open data also where only the years in their names differ.

    Raises NoRelease where one cannot be read, or they are of different profiles."""
    before, after = _manifest(old), _manifest(new)
    if (one := _profile(before)) != (other := _profile(after)):
        raise NoRelease(f"the releases are of different profiles, {one} and {other}: only those of one can be compared")
    both = [name for name in old if name in new]
    changed = tuple(sorted(name for name in both if digest(old[name]) != digest(new[name])))
    settings = DataFrame(_settings(before, after), columns=list(SETTING_COLUMNS))
    earlier, later = ({_table(name): name for name in files if _is_data(name)} for files in (old, new))
    cells = [
        (table, *rest)
        for table in sorted(earlier.keys() & later.keys())
        if old[earlier[table]] != new[later[table]]
        for rest in _changed_cells(_cells(earlier[table], old), _cells(later[table], new))
    ]
    return Changes(
        cells=DataFrame(cells, columns=list(CHANGE_COLUMNS)),
        added=tuple(sorted(set(new) - set(old))),
        removed=tuple(sorted(set(old) - set(new))),
        changed=changed,
        settings=settings,
    )


def _profile(content: Mapping[str, Any]) -> str:
    """The profile of a release; one that does not say was made when all had our own form."""
    profile = content.get("profile")
    return str(profile["name"]) if isinstance(profile, dict) and "name" in profile else TIDY.name


def _is_data(name: str) -> bool:
    return name.startswith(OPEN_DATA) and name.endswith(".csv") and not name.endswith(_META)


def _table(name: str) -> str:
    """What a data file is of: its name without the years of it."""
    return _YEARS.sub("", name.removeprefix(OPEN_DATA).removesuffix(".csv"))


def _changed_cells(before: Mapping[_Key, str], after: Mapping[_Key, str]) -> Iterator[tuple[str, ...]]:
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield (*key, before.get(key, ""), after.get(key, ""))


def _cells(name: str, files: Mapping[str, bytes]) -> dict[_Key, str]:
    """Every cell of an open-data file by what it is of."""
    described = _rows(f"{name.removesuffix('.csv')}{_META}", files)
    try:
        filters = [row["col_name"] for row in described if row["col_type"] == FILTER]
        indicators = {row["col_name"]: row["label"] for row in described if row["col_type"] == INDICATOR}
        return {
            (*_place(row), "; ".join(row[filter_] for filter_ in filters), indicator): row[indicator]
            for row in _rows(name, files)
            for indicator in indicators
        }
    except KeyError as missing:
        raise NoRelease(f"{name}: column {missing} is missing") from None


def _place(row: Mapping[str, str]) -> tuple[str, str, str]:
    for code, place in (("new_la_code", "la_name"), ("region_code", "region_name")):
        if row.get(code):
            return row["time_period"], row[code], row[place]
    return row["time_period"], row["country_code"], row["country_name"]


def _rows(name: str, files: Mapping[str, bytes]) -> list[dict[str, str]]:
    try:
        text = files[name].decode("utf-8")
    except KeyError:
        raise NoRelease(f"{name} is missing") from None
    except UnicodeDecodeError:
        raise NoRelease(f"{name} is not UTF-8 text") from None
    return list(csv.DictReader(io.StringIO(text, newline=""), restval=""))


def _manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        content = json.loads(files[MANIFEST])
    except KeyError:
        raise NoRelease(f"there is no {MANIFEST}: a folder written by cin-pipeline publish was expected") from None
    except ValueError:
        raise NoRelease(f"{MANIFEST} is not JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
        raise NoRelease(f"{MANIFEST} is not that of a release")
    return content


def refuse_altered(files: Mapping[str, bytes]) -> None:
    """Raises NoRelease where a file is not what the manifest says was published."""
    published = _manifest(files)["files"]
    for name in sorted({*published, *files} - {MANIFEST}):
        if name not in files:
            raise NoRelease(f"{name} is missing, which {MANIFEST} lists")
        if name not in published:
            raise NoRelease(f"{name} is not in {MANIFEST}")
        if published[name].get("sha256") != digest(files[name]):
            raise NoRelease(f"{name} was changed after it was published: its hash is not the one in {MANIFEST}")


def _settings(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    before, after = dict(_flat("", old)), dict(_flat("", new))
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name) and not name.startswith("files."):
            yield name, before.get(name, ""), after.get(name, "")


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Each entry of the manifest by its path; entries of a list of LAs by LA."""
    match value:
        case dict():
            for key, each in value.items():
                yield from _flat(f"{name}.{key}" if name else key, each)
        case []:
            return
        case list() if all(isinstance(each, dict) for each in value):
            for each in value:
                key = " ".join(str(each[part]) for part in ("la_code", "measure", "breakdown") if each.get(part))
                rest = {part: each[part] for part in each if part not in ("la_code", "measure", "breakdown")}
                yield f"{name}.{key}", ", ".join(f"{part} {each}" for part, each in rest.items()) or "declared"
        case list():
            yield name, ", ".join(map(str, value))
        case _:
            yield name, str(value)
