"""Release folders: written whole, read back to be compared."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from cin_pipeline.publication.changes import OPEN_DATA, NoRelease
from cin_pipeline.publication.manifest import MANIFEST

# What a release may hold: also of one that was broken off, and so has no manifest.
_RELEASED = re.compile(
    rf"{OPEN_DATA}[a-z0-9_-]+(\.meta)?\.csv|tables\.(xlsx|ods)|release\.(html|pdf)|quality\.html|{MANIFEST}"
)


class NotARelease(ValueError):
    """A folder that holds other files than a release's; the message names one."""


def write_release(files: Mapping[str, bytes], folder: Path) -> None:
    """Writes the files, by path, in place of an earlier release's. The manifest goes first and comes last.

    So a folder with a manifest is complete. Raises NotARelease, before anything is changed, where other files are."""
    refuse_other_files(folder)
    earlier = files_in(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for name, content in sorted(files.items(), key=lambda file: file[0] == MANIFEST):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}")
        temporary.write_bytes(content)
        temporary.replace(path)
    for name in earlier:
        if name not in files:
            (folder / name).unlink(missing_ok=True)


def refuse_other_files(folder: Path) -> None:
    """Raises NotARelease where a folder holds a file that no release has: it is somebody's, and would be in the way."""
    listed = _listed(folder)
    for name in files_in(folder):
        if name not in listed and not _RELEASED.fullmatch(name):
            raise NotARelease(f"{folder}: holds {name}, which is no file of a release; an empty folder was expected")


def read_release(folder: Path) -> dict[str, bytes]:
    """The files of a release folder by path. Raises NoRelease where there is no manifest."""
    if not (folder / MANIFEST).is_file():
        raise NoRelease(f"there is no {MANIFEST}: a folder written by cin-pipeline publish was expected")
    return {name: (folder / name).read_bytes() for name in files_in(folder)}


def files_in(folder: Path) -> list[str]:
    """Paths of the files of a folder, from it; hidden ones apart."""
    paths = folder.rglob("*") if folder.is_dir() else ()
    visible = (path.relative_to(folder) for path in paths if path.is_file() and not path.name.startswith("."))
    return sorted(path.as_posix() for path in visible)


def _listed(folder: Path) -> set[str]:
    """The files that a manifest lists."""
    try:
        return set(json.loads((folder / MANIFEST).read_bytes())["files"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # none, or not that of a release
        return set()
